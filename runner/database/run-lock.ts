import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { RunnerError } from "../errors.ts";
import type { Database, Session } from "./database.ts";

/** The right to write to some schemas, held by one run at a time. */
export interface RunLock {
  /** Aborted when the server no longer holds the lock: somebody else may write from then on. */
  lost: AbortSignal;
  /** To be called first in every session that writes; it marks the session as one of this run's. */
  enter(session: Session): Promise<void>;
}

/**
 * Runs `use` as the only writer to the schemas of this database. Throws LOCKED at once, naming the
 * holder, when another run has one of them. Statements that a killed run left behind are ended first.
 */
export async function withRunLock<T>(
  database: Database,
  schemas: readonly string[],
  use: (lock: RunLock) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const sorted = [...new Set(schemas)].sort();
  return await database.session(async (session) => {
    for (const schema of sorted) await lockSchema(session, schema);
    for (const schema of sorted) await endOrphans(session, schema);
    return await use({
      lost: session.lost,
      enter: (worker) => enterFence(worker, sorted),
    });
  }, signal);
}

/** All of a session's locks go when its connection is given back, also on the way out of an error. */
async function lockSchema(session: Session, schema: string): Promise<void> {
  const key = lockKey("run", schema);
  const { rows } = await session.query(`select pg_try_advisory_lock(${key})`);
  if (rows[0]?.[0] === "t") return;
  const [holder] = await findHolders(session, key);
  throw lockedError(schema, holder);
}

async function enterFence(session: Session, schemas: string[]): Promise<void> {
  const locks = schemas.map((schema) => `pg_advisory_lock_shared(${lockKey("fence", schema)})`);
  if (locks.length > 0) await session.query(`select ${locks.join(", ")}`);
}

const orphanPatienceMillis = 10_000;

/** Nobody else has the run lock, so whoever is inside the fence belongs to a run that is dead. */
async function endOrphans(session: Session, schema: string): Promise<void> {
  const key = lockKey("fence", schema);
  const deadline = Date.now() + orphanPatienceMillis;
  for (;;) {
    const orphans = await findHolders(session, key);
    const [first] = orphans;
    if (first === undefined) return;
    if (Date.now() > deadline) throw lockedError(schema, first);
    for (const { processId } of orphans) await terminate(session, schema, processId);
    await delay(20);
  }
}

async function terminate(session: Session, schema: string, processId: string): Promise<void> {
  try {
    await session.query("select pg_terminate_backend($1)", [Number(processId)]);
  } catch (error) {
    throw new RunnerError(
      "LOCKED",
      `process ${processId}, left behind by a killed run, still writes to schema ${schema} and may not be ended by this user`,
      { hint: `as a superuser: select pg_terminate_backend(${processId})`, cause: error },
    );
  }
}

interface Holder {
  processId: string;
  user: string;
  applicationName: string;
  host: string;
  since: string;
}

/** Keys of one bigint are shown in two halves, with `objsubid` 1. */
async function findHolders(session: Session, key: string): Promise<Holder[]> {
  const { rows } = await session.query(`
    select
      pg_locks.pid,
      pg_stat_activity.usename,
      pg_stat_activity.application_name,
      coalesce(host(pg_stat_activity.client_addr), 'this machine'),
      to_char(pg_stat_activity.backend_start, 'YYYY-MM-DD HH24:MI:SS "UTC"')
    from pg_locks
    left join pg_stat_activity on pg_stat_activity.pid = pg_locks.pid
    where pg_locks.locktype = 'advisory'
      and pg_locks.granted
      and pg_locks.objsubid = 1
      and pg_locks.database = (select oid from pg_database where datname = current_database())
      and (pg_locks.classid::bigint << 32) | pg_locks.objid::bigint = ${key}
      and pg_locks.pid <> pg_backend_pid()`);
  return rows.map(([processId, user, applicationName, host, since]) => ({
    processId: processId ?? "",
    user: user ?? "unknown",
    applicationName: applicationName ?? "unknown",
    host: host ?? "this machine",
    since: since ?? "unknown",
  }));
}

function lockedError(schema: string, holder: Holder | undefined): RunnerError {
  if (holder === undefined) {
    return new RunnerError("LOCKED", `another run was writing to schema ${schema} a moment ago`, {
      hint: "run again",
    });
  }
  const { applicationName, host, processId, since, user } = holder;
  return new RunnerError(
    "LOCKED",
    `another run is writing to schema ${schema}: ${applicationName} (server process ${processId}, user ${user}, from ${host}, since ${since})`,
    { hint: `wait for it, or end it with: select pg_terminate_backend(${processId})` },
  );
}

/** A stable 64-bit number for a schema; names themselves would collide as PostgreSQL's hash does. */
function lockKey(purpose: "run" | "fence", schema: string): string {
  const digest = createHash("sha256").update(`dataform-postgres ${purpose}\0${schema}`).digest();
  return `(${digest.readBigInt64BE(0)}::bigint)`;
}
