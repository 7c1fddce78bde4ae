import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import type { Database, Session } from "../../database/database.ts";
import { ActionFailure, RunnerError } from "../../errors.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { rejectedTarget } from "../../names/rejected-target.ts";
import { readRelationNamed } from "../../relation/relation.ts";
import { type Target, targetName } from "../../target.ts";

// This comment marks a table as made by the runner; a table of the same name without it belongs to
// others.
const mark = "dataform-postgres: rows that were not published";
const patienceMillis = 10_000;

/**
 * Copies the rows of `relation`, which only this session can see, to a table beside the target that
 * outlives the rollback; it replaces the rejected rows of an earlier run. Returns the next step as a
 * sentence: where to look, or why the rows could not be kept. Throws only when the run is cancelled.
 */
export async function keepRejected(
  session: Session,
  relation: string,
  target: Target,
  reason: string,
  { database, signal }: { database: Database; signal?: AbortSignal | undefined },
): Promise<string> {
  const place = rejectedTarget(target);
  try {
    const columns = (await readRelationNamed(session, relation))?.columns ?? [];
    const list = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(", ");
    const count = await withKeeper(database, signal, async (keeper) => {
      await makeRoom(keeper, place);
      await keeper.query(`create table ${qualifiedName(place)} (${list})`);
      const comment = quoteLiteral(`${mark} in ${targetName(target)} (${reason})`);
      await keeper.query(`comment on table ${qualifiedName(place)} is ${comment}`);
      return copyRows(session, relation, keeper, qualifiedName(place));
    });
    const rows = count === 1 ? "the row that was" : `all ${count} rows that were`;
    return `${rows} not published ${count === 1 ? "is" : "are"} kept in ${targetName(place)}: npx dataform query ${shellWord(`select * from ${qualifiedName(place)}`)}`;
  } catch (error) {
    if (!(error instanceof ActionFailure || error instanceof RunnerError) || signal?.aborted) {
      throw error;
    }
    return `the rows that were not published could not be kept in ${targetName(place)}: ${error.message}`;
  }
}

/**
 * Drops the rejected rows of an earlier run once newer rows are published; the table stays when
 * somebody is reading it.
 */
export async function dropRejected(database: Database, place: Target): Promise<void> {
  try {
    await database.transaction(async (session) => {
      await session.query("set local lock_timeout = '1s'");
      if (await isOurs(session, place)) await session.query(`drop table ${qualifiedName(place)}`);
    });
  } catch (error) {
    if (!(error instanceof ActionFailure || error instanceof RunnerError)) throw error;
  }
}

/**
 * Opens a second session. When all connections are in use it gives up, since waiting for one could last
 * as long as the run.
 */
async function withKeeper<T>(
  database: Database,
  signal: AbortSignal | undefined,
  use: (keeper: Session) => Promise<T>,
): Promise<T> {
  const waited = new AbortController();
  const timer = setTimeout(() => waited.abort(), patienceMillis);
  const either = signal ? AbortSignal.any([signal, waited.signal]) : waited.signal;
  try {
    return await database.transaction((keeper) => {
      clearTimeout(timer);
      return use(keeper);
    }, either);
  } finally {
    clearTimeout(timer);
  }
}

async function makeRoom(keeper: Session, place: Target): Promise<void> {
  await keeper.query("set local lock_timeout = '2s'");
  const { rows } = await keeper.query(
    `select to_regclass(${quoteLiteral(qualifiedName(place))}) is not null`,
  );
  if (rows[0]?.[0] !== "t") return;
  if (!(await isOurs(keeper, place))) {
    throw new ActionFailure({
      message: "a relation of that name is there that this runner did not make",
    });
  }
  await keeper.query(`drop table ${qualifiedName(place)}`);
}

async function isOurs(session: Session, place: Target): Promise<boolean> {
  const oid = `to_regclass(${quoteLiteral(qualifiedName(place))})`;
  const { rows } = await session.query(
    `select starts_with(obj_description(${oid}, 'pg_class'), ${quoteLiteral(mark)})`,
  );
  return rows[0]?.[0] === "t";
}

/**
 * Streams from one session to the other. After a failure of the writing side the rest is read and
 * thrown away, because a `copy … to stdout` that is not read to its end leaves its connection unusable.
 */
async function copyRows(from: Session, relation: string, to: Session, table: string) {
  const pipe = new PassThrough();
  const tap = new Writable({
    write(chunk, _encoding, done) {
      if (pipe.destroyed || pipe.write(chunk)) done();
      else void hasRoom(pipe).then(() => done());
    },
  });
  const read = from.copyTo(`copy (table ${relation}) to stdout`, tap).then(
    () => pipe.end(),
    (error: Error) => pipe.destroy(error),
  );
  try {
    return await to.copyFrom(`copy ${table} from stdin`, pipe);
  } finally {
    pipe.destroy();
    await read;
  }
}

async function hasRoom(pipe: PassThrough): Promise<void> {
  const settled = new AbortController();
  const first = ["drain", "close"].map((event) => once(pipe, event, settled));
  await Promise.race(first).catch(() => undefined);
  settled.abort();
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
