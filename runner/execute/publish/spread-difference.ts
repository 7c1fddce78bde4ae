import type { Session } from "../../database/database.ts";
import { quoteIdentifier } from "../../names/identifiers.ts";
import type { Column } from "../../relation/relation.ts";

/**
 * A table that Citus spreads, and the stage of its new rows, which is spread in the same way; all as SQL.
 * The key contains the column of distribution, so that each node compares its own rows.
 */
export interface SpreadPlace {
  table: string;
  stage: string;
  key: readonly string[];
  columns: readonly Column[];
  /** The columns that are written. */
  names: readonly string[];
  /** Those whose values are compared. */
  compared: readonly string[];
  /** Those that an update sets. */
  changing: readonly string[];
  /** Condition on rows `t` of the table that may be deleted; all of them when absent. */
  among?: string;
}

/** Deletes, updates and inserts rows until the table has those of the stage; returns how many changed. */
export async function replaceByKey(session: Session, place: SpreadPlace): Promise<number> {
  const { table, stage, names, changing } = place;
  const sets = changing.map((name) => `${name} = s.${name}`).join(", ");
  const among = place.among === undefined ? "" : ` and ${place.among}`;
  const statements = [
    `delete from ${table} as t where not exists (select 1 from ${stage} as s where ${isSame(place)})${among}`,
    ...(changing.length > 0
      ? [
          `update ${table} as t set ${sets} from ${stage} as s where ${isSame(place)} and ${differs(place)}`,
        ]
      : []),
    `insert into ${table} (${names.join(", ")}) overriding system value
    select ${names.map((name) => `s.${name}`).join(", ")}
    from ${stage} as s where not exists (select 1 from ${table} as t where ${isSame(place)})`,
  ];
  let count = 0;
  for (const statement of statements) count += (await session.authored(statement)).rowCount ?? 0;
  return count;
}

/** Queries of the rows that `replaceByKey` is about to delete, change and insert, as they were and will be. */
export function changedRows(place: SpreadPlace): string[] {
  const { table, stage } = place;
  const among = place.among === undefined ? "" : ` and ${place.among}`;
  const both = `${table} as t join ${stage} as s on ${isSame(place)} where ${differs(place)}`;
  return [
    `select t.* from ${table} as t where not exists (select 1 from ${stage} as s where ${isSame(place)})${among}`,
    `select t.* from ${both}`,
    `select s.* from ${both}`,
    `select s.* from ${stage} as s where not exists (select 1 from ${table} as t where ${isSame(place)})`,
  ];
}

function isSame({ key, columns }: SpreadPlace): string {
  return columns
    .filter(({ name }) => key.includes(name))
    .map(({ name, equals }) => `t.${quoteIdentifier(name)} ${equals} s.${quoteIdentifier(name)}`)
    .join(" and ");
}

// Bit by bit, and not by `=`, which takes 1.0 for 1.00.
function differs({ compared }: SpreadPlace): string {
  const row = (alias: string) =>
    `row(${compared.map((name) => `${alias}.${name}`).join(", ")})::pg_catalog.record`;
  return `pg_catalog.record_image_ne(${row("t")}, ${row("s")})`;
}
