import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { onAbort } from "../../ending-listeners.ts";
import { RunnerError } from "../../errors.ts";
import { quoteLiteral } from "../../names/identifiers.ts";
import { pauseFor } from "../cancelled.ts";
import type { Database, Session } from "../database.ts";
import { describeHolder, findHolders, type Holder, lockedError } from "./lock-holders.ts";

/** The right to write to some schemas, held by one run at a time. */
export interface RunLock {
  /** Aborted when the server no longer holds the lock: from then on another run may write. */
  lost: AbortSignal;
  /**
   * Marks a session as one of this run's. To be called first in every session that writes, and again after statements
   * of an author, who may have given back every lock.
   */
  enter(session: Session): Promise<void>;
  /** Expressions that do the same for a transaction; in it an author cannot leave the fence. */
  entrance: readonly string[];
}

/** Who takes a run lock, and for how long it waits for another run. */
export interface RunLockOptions {
  /** How other sessions see the holder. */
  runId: string;
  /** Milliseconds to wait while another run has the lock; 0 unless set. */
  waitMillis?: number | undefined;
  /** Told whom it waits for, once for every holder. */
  onWait?: (message: string) => void;
  signal?: AbortSignal | undefined;
  /** Milliseconds between two signs of life on the connection that holds the lock. */
  heartbeatMillis?: number;
}

// Proxies and firewalls cut connections on which nothing has been sent for a while, some after 5 s.
const defaultHeartbeatMillis = 4_000;

/**
 * Runs `use` as the only writer to the schemas of this database. Throws LOCKED, naming the holder,
 * when another run has one of them and still has it after `waitMillis`. Statements that a killed run
 * left behind are ended first.
 */
export async function withRunLock<T>(
  database: Database,
  schemas: readonly string[],
  use: (lock: RunLock) => Promise<T>,
  options: RunLockOptions,
): Promise<T> {
  const sorted = [...new Set(schemas)].sort();
  const nameItself = `set_config('application_name', ${quoteLiteral(nameOf(options.runId))}, false)`;
  return await database.session(async ({ own: session }) => {
    await session.query(`select ${nameItself}`);
    await takeLocks(session, sorted, options);
    for (const schema of sorted) await endOrphans(session, schema);
    const stop = keepAlive(session, options.heartbeatMillis ?? defaultHeartbeatMillis);
    const loss = lossOf(session);
    const fenceOf = (lock: string) => [
      nameItself,
      ...sorted.map((schema) => `${lock}(${lockKey("fence", schema)})`),
    ];
    try {
      return await use({
        lost: loss.signal,
        enter: async (worker) => {
          await worker.query(`select ${fenceOf("pg_advisory_lock_shared").join(", ")}`);
        },
        entrance: fenceOf("pg_advisory_xact_lock_shared"),
      });
    } finally {
      loss.stopListening();
      await stop();
    }
  }, options.signal);
}

/**
 * Sends a query from time to time; returns a function that stops it and waits for a pending query.
 */
function keepAlive(session: Session, millis: number): () => Promise<void> {
  let beat: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    beat ??= session
      .query("select 1")
      .catch(() => undefined)
      .finally(() => {
        beat = undefined;
      });
  }, millis);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await beat;
  };
}

/** The reason of work that the lost lock cancels: it was not cancelled by a user. */
function lossOf(session: Session): { signal: AbortSignal; stopListening: () => void } {
  const loss = new AbortController();
  const tell = () =>
    loss.abort(
      new RunnerError("DATABASE_FAILED", "the connection that held the run's lock was lost", {
        hint: "the server's log says why; running again is safe",
      }),
    );
  // The connection outlives the run when the database is used again.
  const stopListening = onAbort(session.lost, tell);
  if (session.lost.aborted) tell();
  return { signal: loss.signal, stopListening };
}

/** The server keeps 63 bytes: the run, its process and as much of the machine's name as fits. */
function nameOf(runId: string): string {
  const name = `dataform ${runId} ${process.pid}@${hostname()}`;
  return Buffer.from(name)
    .subarray(0, 63)
    .toString()
    .replace(/\uFFFD$/, "");
}

const pollMillis = 250;

/**
 * Takes all locks or none, so that a waiting run holds no lock that a third run could need. All
 * locks of a session are released with its connection, also after an error.
 */
async function takeLocks(session: Session, schemas: string[], options: RunLockOptions) {
  const { waitMillis = 0, onWait, signal } = options;
  const deadline = Date.now() + waitMillis;
  let announced: string | undefined;
  for (;;) {
    const busy = await tryLocks(session, schemas);
    if (busy === undefined) return;
    const [holder] = await findHolders(session, lockKey("run", busy));
    if (Date.now() >= deadline) throw lockedError(busy, holder, waitMillis);
    if (holder && holder.processId !== announced) onWait?.(waitMessage(busy, holder));
    announced = holder?.processId ?? announced;
    await pauseFor(Math.min(pollMillis, Math.max(1, deadline - Date.now())), signal);
  }
}

/**
 * Tries to lock all schemas. Returns undefined when it has; else the first schema that another run has
 * locked, and then locks none.
 */
async function tryLocks(session: Session, schemas: string[]): Promise<string | undefined> {
  if (schemas.length === 0) return undefined;
  const keys = schemas.map((schema) => lockKey("run", schema));
  const attempts = keys.map((key) => `pg_try_advisory_lock(${key})`);
  const { rows } = await session.query(`select ${attempts.join(", ")}`);
  const busy = rows[0]?.findIndex((taken) => taken !== "t") ?? 0;
  if (busy === -1) return undefined;
  const taken = keys.filter((_, index) => rows[0]?.[index] === "t");
  if (taken.length > 0) {
    await session.query(`select ${taken.map((key) => `pg_advisory_unlock(${key})`).join(", ")}`);
  }
  return schemas[busy];
}

function waitMessage(schema: string, holder: Holder): string {
  return `waiting for another run that writes to schema ${schema}: ${describeHolder(holder)}`;
}

const orphanPatienceMillis = 10_000;

/** No other run has the lock, so every session inside the fence belongs to a dead run. */
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

/** A stable 64-bit number for a schema; names themselves would collide as PostgreSQL's hash does. */
function lockKey(purpose: "run" | "fence", schema: string): string {
  const digest = createHash("sha256").update(`dataform-postgres ${purpose}\0${schema}`).digest();
  return `(${digest.readBigInt64BE(0)}::bigint)`;
}
