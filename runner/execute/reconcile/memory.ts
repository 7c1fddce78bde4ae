import type { Database, Session } from "../../database/database.ts";
import { RunnerError, SqlFailure } from "../../errors.ts";
import { quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import type { Comments, ExecutionGraph } from "../../plan/execution-graph.ts";
import { needsMemory } from "../../plan/objects/declared-objects.ts";
import type { Target } from "../../target.ts";
import { hasOwnTable, makeOwnTable } from "../own-table.ts";

/**
 * A setting that a run has made because it was declared, and that is undone when it no longer is.
 */
export interface Remembered {
  kind: "grant" | "fillfactor" | "unlogged" | "tablespace" | "statistics" | "comment";
  /**
   * A column for `statistics`; as JSON, the privilege and the role for `grant`, the column and the
   * hash of the text for `comment`; else empty.
   */
  name: string;
}

const insufficientPrivilege = "42501";
const name = "applied_settings";
const table = `${ownSchema}.${name}`;

/**
 * Makes the table of remembered settings when an action of the graph needs it and it does not exist,
 * and returns whether it can be written to. Comments alone are set even where the role may not make the
 * table. Takes a lock, since `create … if not exists` in two sessions at once fails.
 */
export async function createMemory(graph: ExecutionGraph, database: Database): Promise<boolean> {
  const active = graph.actions.filter(({ disabled }) => !disabled);
  const needed = active.some(({ postgres }) => postgres !== undefined && needsMemory(postgres));
  const wanted = active.some(({ comments }) => comments !== undefined && describes(comments));
  if (!needed && !wanted) return false;
  if (!(await hasOwnTable(database, name))) {
    try {
      await database.session(createMemoryTable);
    } catch (error) {
      if (!(error instanceof SqlFailure && error.error.sqlstate === insufficientPrivilege))
        throw error;
      if (needed) throw cannotMake(error);
      return false;
    }
  }
  return mayRemember(database);
}

function describes({ description, columns }: Comments): boolean {
  return description !== undefined || columns.length > 0;
}

function cannotMake(error: SqlFailure): RunnerError {
  return new RunnerError("DATABASE_FAILED", `${table} cannot be made: ${error.message}`, {
    hint: "it remembers what postgres blocks grant and set; as an owner of the database: create schema dataform_postgres authorization <this user>",
    cause: error,
  });
}

async function mayRemember(database: Database): Promise<boolean> {
  const { rows } = await database.query(`
    select bool_and(has_schema_privilege(c.relnamespace, 'usage')
      and has_table_privilege(c.oid, privilege))
    from pg_class as c, unnest(array['select', 'insert', 'delete']) as privilege
    where c.relname = '${name}' and c.relnamespace = to_regnamespace('${ownSchema}')`);
  return rows[0]?.[0] === "t";
}

// The lock is a statement of its own: only a transaction that begins after it sees what the session
// that held it before has made. It is released when the session is given back.
async function createMemoryTable(session: Session): Promise<void> {
  await session.query(`select pg_advisory_lock(hashtextextended('${table}', 0))`);
  await makeOwnTable(session, {
    name,
    columns: `
      schema_name text not null,
      relation_name text not null,
      kind text not null,
      name text not null,
      primary key (schema_name, relation_name, kind, name)`,
    comment:
      "what dataform-postgres set because a config block declared it; undone when it no longer does",
  });
}

/** Returns the remembered settings of a relation; none when the table does not exist. */
export async function readMemory(session: Session, target: Target): Promise<Remembered[]> {
  if (!(await hasOwnTable(session, name))) return [];
  const { rows } = await session.query(
    `select kind, name from ${table} where ${isOf(target)} and kind <> 'comment' order by kind, name`,
  );
  return rows.map(([kind, name]) => ({ kind: kind as Remembered["kind"], name: name ?? "" }));
}

/** Returns the statement that remembers a setting. */
export function remember(target: Target, { kind, name }: Remembered): string {
  const values = [target.schema, target.name, kind, name].map(quoteLiteral).join(", ");
  return `insert into ${table} values (${values}) on conflict do nothing`;
}

/** Returns the statement that forgets a setting. */
export function forget(target: Target, { kind, name }: Remembered): string {
  const what = `kind ${equals} ${quoteLiteral(kind)} and name ${equals} ${quoteLiteral(name)}`;
  return `delete from ${table} where ${isOf(target)} and ${what}`;
}

// These statements are sent together with expressions of an author, under the author's search_path.
const equals = "operator(pg_catalog.=)";

function isOf({ schema, name }: Target): string {
  return `schema_name ${equals} ${quoteLiteral(schema)} and relation_name ${equals} ${quoteLiteral(name)}`;
}
