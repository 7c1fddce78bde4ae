import type { Session } from "../database/database.ts";
import { SqlFailure } from "../errors.ts";
import { migrations } from "./migrations/all.ts";

/** The schema of the history. */
export const historySchema = "run_history";

/** Thrown when no history can be kept; the message says why. */
export class NoHistory extends Error {}

/**
 * Whether an error only means that earlier runs cannot be read, so that the run itself can go on.
 */
export function isWithoutHistory(error: unknown): error is Error {
  return error instanceof NoHistory || (error instanceof SqlFailure && !error.error.connectionLost);
}

/**
 * Creates the schema of the history, or migrates an older one to this version; two runs can do this at
 * the same time. Throws NoHistory when this role may not, when the schema belongs to a role that this
 * one has no reason to trust, or when a newer version has made it.
 */
export async function prepareSchema(session: Session): Promise<void> {
  await refuseStrangers(session);
  if ((await versionOf(session)) === migrations.length) return;
  await session.query("begin");
  try {
    // Statements after the lock see the changes of the run that held it before.
    await session.query(
      "select pg_advisory_xact_lock(hashtextextended('dataform_postgres.run_history', 0))",
    );
    await migrate(session);
    await session.query("commit");
  } catch (error) {
    await session.query("rollback");
    throw error;
  }
}

/** Throws NoHistory unless a history of this version exists whose owner this role has to trust. */
export async function requireHistory(session: Session): Promise<void> {
  const { exists } = await refuseStrangers(session);
  if (exists && (await versionOf(session)) === migrations.length) return;
  throw new NoHistory("this run is not written down, and there is no history of this version");
}

async function migrate(session: Session): Promise<void> {
  const { exists, mayCreate, role } = await refuseStrangers(session);
  if (!exists && !mayCreate) {
    throw mayNotCreate(role);
  }
  if (!exists) await session.query(`create schema ${historySchema}`);
  const version = await versionOf(session);
  if (version > migrations.length) {
    throw new NoHistory(`a newer version of this program has made the schema ${historySchema}`);
  }
  if (version === 0) await session.query(createMigrations);
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    await session.query(sql);
    await session.query(`insert into ${historySchema}.migrations (number) values (${index + 1})`);
  }
}

function mayNotCreate(role: string | null): NoHistory {
  return new NoHistory(
    `this role may not create the schema ${historySchema}; as an owner of the database: create schema ${historySchema} authorization ${role}`,
  );
}

const createMigrations = `
  create table ${historySchema}.migrations (
    number integer primary key,
    applied_at timestamptz not null default now()
  );
  comment on table ${historySchema}.migrations is 'Which changes of this schema have been made; dataform-postgres makes the missing ones'`;

/** Returns the number of the last migration; 0 when there was none. */
async function versionOf(session: Session): Promise<number> {
  const { rows } = await session.query(
    `select to_regclass('${historySchema}.migrations') is not null`,
  );
  if (rows[0]?.[0] !== "t") return 0;
  const last = await session.query(`select max(number) from ${historySchema}.migrations`);
  return Number(last.rows[0]?.[0] ?? 0);
}

async function refuseStrangers(session: Session) {
  const { rows } = await session.query(ownersQuery);
  const [exists, mayCreate, strangers, role = ""] = rows[0] ?? [];
  if (strangers) {
    throw new NoHistory(
      `the schema ${historySchema} belongs to ${strangers}, whose triggers would run with the rights of this role`,
    );
  }
  return { exists: exists === "t", mayCreate: mayCreate === "t", role };
}

// The owner of a table can put a trigger on it, which runs with the rights of each role that writes to
// the table. Trusted are this role, roles that it is a member of, the owner of the database and
// superusers. (A superuser counts as a member of every role.)
const ownersQuery = `
  select
    n.oid is not null,
    has_database_privilege(d.oid, 'create'),
    (
      select string_agg(distinct o.rolname, ', ')
      from pg_roles as o
      where (o.oid = n.nspowner
          or o.oid in (select c.relowner from pg_class as c where c.relnamespace = n.oid))
        and o.oid <> me.oid
        and o.oid <> d.datdba
        and not o.rolsuper
        and (me.rolsuper or not pg_has_role(me.oid, o.oid, 'usage'))
    ),
    quote_ident(current_user)
  from pg_database as d
  join pg_roles as me on me.rolname = current_user
  left join pg_namespace as n on n.nspname = '${historySchema}'
  where d.datname = current_database()`;
