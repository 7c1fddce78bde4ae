import type { Session } from "../database/database.ts";
import { quoteLiteral } from "../names/identifiers.ts";
import { ownSchema } from "../names/our-marks.ts";

/** A table in which the runner remembers something between runs. */
export interface OwnTable {
  name: string;
  /** Its columns and constraints, as SQL. */
  columns: string;
  /** What it holds, as its comment says. */
  comment: string;
}

/** Makes one of the runner's own tables, and their schema, when they do not exist. */
export async function makeOwnTable(
  session: Pick<Session, "query">,
  { name, columns, comment }: OwnTable,
): Promise<void> {
  const { hasSchema, hasTable } = await find(session, name);
  if (hasTable) return;
  // `if not exists` would need the right to create it even where it exists.
  if (!hasSchema) await session.query(`create schema ${ownSchema}`);
  await session.query(`
    create table ${ownSchema}.${name} (${columns});
    comment on table ${ownSchema}.${name} is ${quoteLiteral(comment)}`);
}

/** Whether one of the runner's own tables exists; also for a role that may not use their schema. */
export async function hasOwnTable(session: Pick<Session, "query">, name: string): Promise<boolean> {
  return (await find(session, name)).hasTable;
}

async function find(session: Pick<Session, "query">, name: string) {
  const schema = `to_regnamespace('${ownSchema}')`;
  const { rows } = await session.query(`
    select ${schema} is not null,
      exists (select from pg_class where relname = '${name}' and relnamespace = ${schema})`);
  const [hasSchema, hasTable] = rows[0] ?? [];
  return { hasSchema: hasSchema === "t", hasTable: hasTable === "t" };
}
