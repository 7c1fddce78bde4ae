import type { Session } from "../database/database.ts";
import { qualifiedName, quoteLiteral } from "../database/identifiers.ts";
import type { RelationKind } from "../plan/execution-graph.ts";
import type { Target } from "../target.ts";

/** A relation as it stands in the session's transaction. */
export interface Relation {
  kind: RelationKind;
  comment: string | null;
  columns: Column[];
}

/** A column with its type as PostgreSQL writes it: `numeric(8,5)`. */
export interface Column {
  name: string;
  type: string;
  /** False for json, xml, point, arrays and others that may have no `=`: compare their text. */
  isComparable: boolean;
  comment: string | null;
}

/** Reads a relation from the catalogue, or undefined when there is none of that name. */
export function readRelation(session: Session, target: Target): Promise<Relation | undefined> {
  return readRelationNamed(session, qualifiedName(target));
}

/** The same for a name that is already SQL, such as `pg_temp."stage"`. */
export async function readRelationNamed(
  session: Session,
  name: string,
): Promise<Relation | undefined> {
  const { rows } = await session.query(relationQuery(name));
  const [first] = rows;
  if (!first) return undefined;
  return {
    kind: first[0] as RelationKind,
    comment: first[1] ?? null,
    columns: rows.flatMap(([, , column, type, comparable, comment]) =>
      column && type
        ? [{ name: column, type, isComparable: comparable === "t", comment: comment ?? null }]
        : [],
    ),
  };
}

function relationQuery(name: string): string {
  return `
    select
      case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
      obj_description(c.oid, 'pg_class'),
      a.attname,
      format_type(a.atttypid, a.atttypmod),
      exists (
        select from pg_opclass as o
        join pg_am as m on m.oid = o.opcmethod and m.amname = 'btree'
        where o.opcdefault
          and (o.opcintype = coalesce(nullif(t.typbasetype, 0), t.oid)
            or t.typcategory in ('S', 'E', 'R'))
      ),
      col_description(c.oid, a.attnum)
    from pg_class as c
    left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_type as t on t.oid = a.atttypid
    where c.oid = to_regclass(${quoteLiteral(name)})
    order by a.attnum`;
}
