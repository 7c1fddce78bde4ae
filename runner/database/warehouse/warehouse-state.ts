import type { RelationKind } from "../../target.ts";
import { targetKey } from "../../target.ts";
import type { Database } from "../database.ts";
import { type Citus, readCitus } from "./citus.ts";
import type { RememberedComment } from "./managed-relations.ts";
import { readOwnTraces } from "./managed-relations.ts";

/** What already exists in the schemas that a run touches. */
export interface WarehouseState {
  /** Those of the asked schemas that exist. */
  schemas: ReadonlySet<string>;
  /** Every table and view in them, by `targetKey`. */
  relations: Map<string, WarehouseRelation>;
  /** Those, by `targetKey`, that have indexes, constraints or settings from a `postgres` block; absent when none has. */
  managed?: ReadonlySet<string>;
  /** Comments that runs have set, by `targetKey`; absent when none is remembered. */
  comments?: ReadonlyMap<string, RememberedComment[]>;
  /** The cluster, when the database has the extension Citus. */
  citus?: Citus;
}

/** A table or view as it stands; partitioned and foreign tables are tables. */
export interface WarehouseRelation {
  kind: RelationKind;
  /** In their order, with types as PostgreSQL writes them: `numeric(10,2)`. */
  columns: { name: string; type: string }[];
  /**
   * For a materialized view: whether it has rows and a unique index, so that it can be refreshed
   * concurrently.
   */
  refreshesConcurrently?: boolean;
  /** Whether it is an unlogged table without a single row, as after a crash of the server. */
  isEmptied?: true;
}

/** Reads which of the schemas exist and what tables and views they hold. */
export async function readWarehouseState(
  database: Pick<Database, "query">,
  schemas: readonly string[],
): Promise<WarehouseState> {
  const { rows } = await database.query(stateQuery, [JSON.stringify(schemas)]);
  const found = new Set<string>();
  const relations = new Map<string, WarehouseRelation>();
  const version = rows[0]?.[6];
  for (const [schema, name, kind, column, type, concurrent, , emptied] of rows) {
    if (typeof schema !== "string") continue;
    found.add(schema);
    if (typeof name !== "string") continue;
    const relation = relationAt(relations, targetKey({ schema, name }), kind as RelationKind);
    if (relation.kind === "materialized view") relation.refreshesConcurrently = concurrent === "t";
    if (emptied === "t") relation.isEmptied = true;
    if (typeof column === "string") relation.columns.push({ name: column, type: type ?? "" });
  }
  const { managed, comments } = await readOwnTraces(database, schemas);
  return {
    ...{ schemas: found, relations },
    ...(managed.size > 0 && { managed }),
    ...(comments.size > 0 && { comments }),
    ...(version && { citus: await readCitus(database, version) }),
  };
}

/** SQL that says whether `refresh materialized view concurrently` works; takes an alias of pg_class. */
export function refreshesConcurrently(alias: string): string {
  return `(${alias}.relispopulated and exists (
    select from pg_index
    where pg_index.indrelid = ${alias}.oid
      and pg_index.indisunique and pg_index.indimmediate and pg_index.indisvalid
      and pg_index.indpred is null and pg_index.indexprs is null))`;
}

// All partitions count as one table, when none of them is logged.
const stateQuery = `
  with emptied as materialized (
    select root as oid
    from pg_class as c, coalesce(pg_partition_root(c.oid)::oid, c.oid) as root
    where c.relkind = 'r' and c.relpersistence = 'u'
      and c.relnamespace in (select oid from pg_namespace where nspname in (select json_array_elements_text($1)))
    group by root
    having sum(pg_relation_size(c.oid)) = 0
      and not exists (select from pg_partition_tree(root) as part join pg_class as k on k.oid = part.relid
        where k.relkind <> 'p' and k.relpersistence <> 'u')
  )
  select
    pg_namespace.nspname,
    pg_class.relname,
    case pg_class.relkind
      when 'v' then 'view'
      when 'm' then 'materialized view'
      else 'table'
    end,
    pg_attribute.attname,
    format_type(pg_attribute.atttypid, pg_attribute.atttypmod),
    pg_class.relkind = 'm' and ${refreshesConcurrently("pg_class")},
    citus.extversion,
    pg_class.oid in (select oid from emptied)
  from (select max(extversion) as extversion from pg_extension where extname = 'citus') as citus
  left join pg_namespace
    on pg_namespace.nspname in (select json_array_elements_text($1))
  left join pg_class
    on pg_class.relnamespace = pg_namespace.oid
    and pg_class.relkind in ('r', 'p', 'f', 'v', 'm')
  left join pg_attribute
    on pg_attribute.attrelid = pg_class.oid
    and pg_attribute.attnum > 0
    and not pg_attribute.attisdropped
  order by pg_namespace.nspname, pg_class.relname, pg_attribute.attnum`;

function relationAt(
  relations: Map<string, WarehouseRelation>,
  key: string,
  kind: RelationKind,
): WarehouseRelation {
  const known = relations.get(key);
  if (known !== undefined) return known;
  const relation: WarehouseRelation = { kind, columns: [] };
  relations.set(key, relation);
  return relation;
}
