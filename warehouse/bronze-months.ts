import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { readDumpFile, writeDumpFile } from "../runner/backup/dump-file.ts";
import { readDump } from "../runner/backup/read-dump.ts";
import { writeRows } from "../runner/backup/write-dump.ts";
import type { Database, Session } from "../runner/database/database.ts";
import { RunnerError } from "../runner/errors.ts";
import { makeFolder } from "../runner/own-files.ts";

const bronze = "resiliency.raw_resiliency_tests";

/** How many rows of a month of arrival bronze holds. `month`: `2026-01`. */
export async function countMonth(session: Session, month: string): Promise<number> {
  const known = await session.query(`select to_regclass('${bronze}') is not null`);
  if (known.rows[0]?.[0] !== "t") {
    throw new RunnerError("USAGE", "there is no bronze table in this database", {
      hint: "npx dataform run makes it",
    });
  }
  const { rows } = await session.query(`select count(*) from ${bronze} where ${within(month)}`);
  return Number(rows[0]?.[0]);
}

/**
 * Moves the rows of a month of arrival into a file, in one transaction that keeps loaders out. They are
 * removed only after the file was read again and has all of them by count and hash. When an earlier one
 * was killed, the file is there already: it must hold the same rows. Gives their number.
 */
export async function moveOut(
  database: Database,
  month: string,
  path: string,
  signal: AbortSignal,
): Promise<number> {
  makeFolder(dirname(path));
  return database.transaction(async (session) => {
    await lockBronze(session);
    const count = await countMonth(session, month);
    if (count === 0) return 0;
    const columns = await columnsOf(session);
    const query = `select ${columns} from ${bronze} where ${within(month)} order by test_id, ingested_at`;
    const write = (file: string) =>
      writeDumpFile(file, (target) =>
        writeRows(session.own, target, { copy: `${bronze} (${columns})`, query }),
      );
    if (existsSync(path)) await requireSame(path, write);
    else await write(path);
    const held = await countIn(path);
    if (held !== count)
      throw new RunnerError("DATABASE_FAILED", `${path} holds ${held} of ${count} rows`);
    await guards(session, "disable");
    const { rowCount } = await session.query(`delete from ${bronze} where ${within(month)}`);
    if (rowCount !== count)
      throw new RunnerError("DATABASE_FAILED", `${rowCount} of ${count} rows`);
    await guards(session, "enable always");
    return count;
  }, signal);
}

/**
 * Brings the rows of a file back, with their ids and times of arrival, in one transaction: all of them or,
 * when the file is damaged or any of them is there, none. Gives their number; 0 when all are there.
 */
export async function moveIn(
  database: Database,
  path: string,
  signal: AbortSignal,
): Promise<number> {
  return database.transaction(async (session) => {
    await lockBronze(session);
    await session.query(
      `create temporary table coming_back on commit drop as
      select * from ${bronze} limit 0`,
    );
    let columns = "";
    const { rows } = await readDump(readDumpFile(path), {
      statement: async () => undefined,
      copy: (sql, source) => {
        columns = columnsIn(sql, path);
        return session.own.copyFrom(`copy pg_temp.coming_back (${columns}) from stdin`, source);
      },
    });
    const { rows: found } = await session.query(
      `select count(*) filter (where b.ingested_at = r.ingested_at), count(*) filter (where b.ingested_at <> r.ingested_at)
      from pg_temp.coming_back as r inner join ${bronze} as b on b.test_id = r.test_id`,
    );
    const [there = 0, others = 0] = (found[0] ?? []).map(Number);
    if (rows > 0 && there === rows) return 0;
    if (there > 0) {
      throw new RunnerError(
        "USAGE",
        `${there} of the ${rows} rows in ${path} are in bronze already`,
        {
          hint: "nothing was changed",
        },
      );
    }
    if (others > 0) {
      throw new RunnerError(
        "USAGE",
        `${others} of the ${rows} rows in ${path} have the ids of other results in bronze`,
        {
          hint: "the file is of another warehouse: load what its results came from; nothing was changed",
        },
      );
    }
    await session.query(
      "select resiliency.ensure_raw_partitions((min(ingested_at) at time zone 'UTC')::date, (max(ingested_at) at time zone 'UTC')::date) from pg_temp.coming_back",
    );
    await guards(session, "disable");
    // By the transaction the next run sees them as new; when they were received stays.
    await session.query(
      `insert into ${bronze} (${columns}, ingested_xid) overriding system value
        select ${columns}, pg_current_xact_id() from pg_temp.coming_back`,
    );
    await guards(session, "enable always");
    await countOnAbove(session);
    return rows;
  }, signal);
}

/** The server's own ids continue above those that came back, or one would be given twice. */
async function countOnAbove(session: Session): Promise<void> {
  await session.query(`
    select setval(ids, highest_id)
    from (
      select pg_get_serial_sequence('${bronze}', 'test_id')::regclass as ids, max(test_id) as highest_id
      from pg_temp.coming_back where test_id < 1000000000000000000
    ) as back
    where highest_id > coalesce(pg_sequence_last_value(ids), 0)`);
}

function within(month: string): string {
  return `ingested_at >= timestamp '${month}-01' at time zone 'UTC'
    and ingested_at < (timestamp '${month}-01' + interval '1 month') at time zone 'UTC'`;
}

async function lockBronze(session: Session): Promise<void> {
  await session.query("set local lock_timeout = '10s'; set local timezone = 'UTC'");
  await session.query(`lock table ${bronze} in access exclusive mode`);
}

/** All but the transaction, which is another one when they come back. */
async function columnsOf(session: Session): Promise<string> {
  const { rows } = await session.query(`
    select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
    where attrelid = '${bronze}'::regclass and attnum > 0 and not attisdropped
      and attname <> 'ingested_xid'`);
  return rows[0]?.[0] ?? "";
}

function columnsIn(sql: string, path: string): string {
  const [, columns] = /^copy resiliency\.raw_resiliency_tests \((.*)\) from stdin$/.exec(sql) ?? [];
  if (columns !== undefined) return columns;
  throw new RunnerError("USAGE", `${path} holds no rows of bronze`, {
    hint: "npm run rotate wrote it?",
  });
}

/** Reads the whole file, which throws when it is not whole. */
async function countIn(path: string): Promise<number> {
  const { rows } = await readDump(readDumpFile(path), {
    statement: async () => undefined,
    copy: async (_sql, source) => {
      let lines = 0;
      for await (const piece of source as AsyncIterable<Buffer>) {
        for (const byte of piece) if (byte === 10) lines += 1;
      }
      return lines;
    },
  });
  return rows;
}

async function requireSame(path: string, write: (path: string) => Promise<unknown>): Promise<void> {
  const other = `${path.replace(/\.gz$/, "")}.again-${process.pid}.gz`;
  try {
    await write(other);
    if ((await endOf(path)).equals(await endOf(other))) return;
  } finally {
    rmSync(other, { force: true });
  }
  throw new RunnerError("USAGE", `${path} is there already and holds other rows`, {
    hint: "name another folder with --to; nothing was changed",
  });
}

/** The last bytes: the number of rows and the hash of all of them. */
async function endOf(path: string): Promise<Buffer> {
  let end = Buffer.alloc(0);
  for await (const piece of readDumpFile(path)) end = Buffer.concat([end, piece]).subarray(-120);
  return end;
}

/** The triggers that refuse changes and stamp arrivals step aside: only the owner can do that. */
async function guards(session: Session, what: "disable" | "enable always"): Promise<void> {
  await session.query(`
    do $guards$
    declare
      guard record;
    begin
      for guard in
        select tgrelid::regclass as part, tgname from pg_trigger
        inner join pg_partition_tree('${bronze}') on relid = tgrelid
        where tgname in ('raw_resiliency_tests_append_only', 'raw_resiliency_tests_stamped')
      loop
        execute format('alter table %s ${what} trigger %I', guard.part, guard.tgname);
      end loop;
    end
    $guards$`);
}
