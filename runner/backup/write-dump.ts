import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough, Transform, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Session } from "../database/database.ts";
import { namesOfSpread } from "../database/warehouse/spread-tables.ts";
import { RunnerError } from "../errors.ts";
import { keyQueries, laterQueries, refreshQuery } from "./later-queries.ts";
import {
  attachQuery,
  firstQuery,
  positionQuery,
  sequencesQuery,
  tablesQuery,
} from "./objects-query.ts";
import { readObjects } from "./ordered-objects.ts";
import { refusedQuery } from "./refused-query.ts";
import {
  databaseRightsQuery,
  ownersQuery,
  rightsQuery,
  rolesQuery,
  settingsQuery,
} from "./rights-queries.ts";
import { columnSettings } from "./settings-queries.ts";

/** What a dump holds. */
export interface DumpSummary {
  tables: number;
  rows: number;
}

/** Begins every dump; the word behind it ends each statement. */
export const dumpHead = "-- dataform-postgres dump 1, statements end with ";
/** Begins the last line: what the dump holds, and the SHA-256 of all bytes before that line. */
export const dumpEnd = "-- complete: ";

/** Settings under which names and values mean the same everywhere, for psql. */
const forPsql = `set client_encoding = 'UTF8';
set standard_conforming_strings = on;
set check_function_bodies = off;
set row_security = off;
set search_path = '';
set datestyle = 'ISO';
set timezone = 'UTC';
`;

/**
 * Writes the whole of a database, as one snapshot of it sees it, as SQL that psql takes too. Rights are
 * kept; owners, and rights to the database itself, only with `withOwners`; roles of the server only with
 * `withRoles`, which a superuser may read. Throws DATABASE_FAILED, with names, when it holds something
 * that cannot be written. `session` is in no transaction.
 */
export async function writeDump(
  session: Session,
  target: Writable,
  { withRoles = false, withOwners = false } = {},
): Promise<DumpSummary> {
  const { own } = session;
  await own.query(`begin isolation level repeatable read read only;
    set local search_path = ''; set local row_security = off; set local datestyle = 'ISO';
    set local intervalstyle = 'postgres'; set local extra_float_digits = 1;
    set local bytea_output = 'hex'; set local timezone = 'UTC'`);
  try {
    await refuseSpread(own);
    await refuseUnknown(own);
    return await writeHashed(target, (hashed) => writeAll(own, hashed, { withRoles, withOwners }));
  } finally {
    await own.query("rollback");
  }
}

/**
 * Writes the rows of a query as a dump of one table: `copy` names the table and its columns, as the reader
 * gets them. The same rows give the same bytes.
 */
export async function writeRows(
  session: Session,
  target: Writable,
  { copy, query }: { copy: string; query: string },
): Promise<DumpSummary> {
  const separator = "--rows";
  return writeHashed(target, async (hashed) => {
    await put(
      hashed,
      `${dumpHead}${separator}\n${forPsql}${separator}\ncopy ${copy} from stdin;\n`,
    );
    const rows = await session.copyTo(`copy (${query}) to stdout`, hashed);
    await put(hashed, "\\.\n");
    return { tables: 1, rows };
  });
}

/** A dump would hold such tables as local ones, and the rows of each node as of another moment. */
async function refuseSpread(session: Session): Promise<void> {
  const names = await namesOfSpread(session);
  if (names.length === 0) return;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  throw new RunnerError(
    "DATABASE_FAILED",
    `a dump cannot hold tables that Citus spreads over nodes: ${names.slice(0, 3).join(", ")}${more}`,
    {
      hint: "take base backups of all nodes and a common point by citus_create_restore_point, or pg_dump of the local tables that the others are computed from (docs/scaling.md)",
    },
  );
}

async function writeHashed(
  target: Writable,
  write: (hashed: Writable) => Promise<DumpSummary>,
): Promise<DumpSummary> {
  const hash = createHash("sha256");
  const hashed = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  // Each copy adds one.
  hashed.setMaxListeners(0);
  const written = pipeline(hashed, new PassThrough(), target, { end: false });
  written.catch(() => undefined);
  const work = write(hashed);
  const summary = await Promise.race([work, written.then(() => work)]);
  hashed.end();
  await written;
  await put(target, `${dumpEnd}${countsOf(summary)}, sha256 ${hash.digest("hex")}\n`);
  return summary;
}

/** `12 tables, 3456 rows` */
export function countsOf({ tables, rows }: DumpSummary): string {
  return `${tables} tables, ${rows} rows`;
}

/** The statements that make the roles of a server and their memberships; only a superuser may read them. */
export async function readRoles(session: Session): Promise<string[]> {
  return column(session, rolesQuery);
}

async function refuseUnknown(session: Session): Promise<void> {
  const found = await column(session, refusedQuery);
  if (found.length === 0) return;
  throw new RunnerError(
    "DATABASE_FAILED",
    `a dump cannot hold what is in this database: ${found.slice(0, 5).join(", ")}${found.length > 5 ? ", …" : ""}`,
    { hint: "back it up with pg_dump, which is of the server's version or newer" },
  );
}

async function writeAll(
  session: Session,
  target: Writable,
  { withRoles, withOwners }: { withRoles: boolean; withOwners: boolean },
): Promise<DumpSummary> {
  const separator = `--${randomBytes(12).toString("hex")}`;
  const state = (statement: string) => put(target, `${statement};\n${separator}\n`);
  const stateAll = async (sql: string, values?: string[]) => {
    for (const statement of await column(session, sql, values)) await state(statement);
  };
  await put(target, `${dumpHead}${separator}\n${forPsql}${separator}\n`);
  if (withRoles) await stateAll(rolesQuery);
  await stateAll(firstQuery);
  const order = await readObjects(session);
  for (const statement of order.early) await state(statement);
  await stateAll(attachQuery);
  await stateAll(columnSettings("'r', 'p'"));
  const summary = await writeTables(session, target);
  for (const sequence of await column(session, sequencesQuery))
    await stateAll(positionQuery(sequence), [sequence]);
  for (const sql of keyQueries) await stateAll(sql);
  for (const statement of order.late) await state(statement);
  for (const sql of laterQueries) await stateAll(sql);
  for (const statement of await refreshes(session, order.keys)) await state(statement);
  if (withOwners) await stateAll(ownersQuery);
  const ofDatabase = withOwners ? [databaseRightsQuery] : [];
  for (const sql of [settingsQuery, rightsQuery, ...ofDatabase]) {
    const { rows: ofRoles } = await session.query(sql);
    for (const [role, statement] of ofRoles)
      await state(whereRoleIsThere(role ?? null, statement ?? ""));
  }
  return summary;
}

async function writeTables(session: Session, target: Writable): Promise<DumpSummary> {
  const { rows: tables } = await session.query(tablesQuery);
  let rows = 0;
  for (const [name, columns, condition] of tables) {
    const whole = columns === null ? `${name}` : `${name} (${columns})`;
    const some = condition ? `(select ${columns ?? ""} from ${name} ${condition})` : whole;
    await put(target, `copy ${whole} from stdin;\n`);
    rows += await session.copyTo(`copy ${some} to stdout`, target);
    await put(target, "\\.\n");
  }
  return { tables: tables.length, rows };
}

/** Another server may not have the role. */
function whereRoleIsThere(role: string | null, statement: string): string {
  if (role === null) return statement;
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const found = `select from pg_catalog.pg_roles where rolname = ${quoted(role)}`;
  return `do ${quoted(`begin if exists (${found}) then execute ${quoted(statement)}; end if; end`)}`;
}

async function refreshes(session: Session, keys: readonly string[]): Promise<string[]> {
  const { rows } = await session.query(refreshQuery);
  const byKey = new Map(rows.map(([key, statement]) => [key, statement ?? ""]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

async function column(session: Session, sql: string, values?: string[]): Promise<string[]> {
  const { rows } = await session.query(sql, values);
  return rows.map(([value]) => value ?? "");
}

async function put(target: Writable, text: string): Promise<void> {
  if (!target.write(text)) await once(target, "drain");
}
