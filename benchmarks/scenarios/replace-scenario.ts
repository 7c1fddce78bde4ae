import { Client } from "pg";
import type { Database } from "../../runner/database/database.ts";
import { openDatabase } from "../../runner/database/open-database.ts";
import { openGate } from "../../runner/execute/gates/gate.ts";
import { publish } from "../../runner/execute/publish/publish.ts";
import type { PublishTask } from "../../runner/plan/publish-task.ts";
import { freshDatabase } from "../fresh-database.ts";
import { figureRow, type Row } from "../report.ts";

const target = { schema: "public", name: "replaced" };
const ways = ["by key", "all rows", "swap"] as const;
const viewWays = ["materialized view refreshed", "materialized view swapped"] as const;
type Way = (typeof ways | typeof viewWays)[number];
const shares = [0, 1, 20, 40, 60, 100];

/** Milliseconds of replacing a table's rows when some per cent of them changed, each way; vacuum included. */
export async function replaceScenario(url: string, size: number, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const way of ways) {
    for (const share of shares) {
      const times = await withTable(url, size, way, (database) =>
        timesOf(rounds, (round) => replace(database, size, share, round, way)),
      );
      rows.push(figureRow(`replace ${size} rows, ${share} % changed, ${way}`, times, "ms"));
    }
  }
  return rows;
}

/** The worst time that one of four readers waited for an answer while a relation got new rows, in milliseconds. */
export async function readersScenario(url: string, size: number, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const way of [...ways, ...viewWays]) {
    const worst = await withTable(url, size, way, async (database, own) => {
      const stalls: number[] = [];
      for (let round = 1; round <= rounds; round++) {
        stalls.push(await worstStall(own, () => replace(database, size, 100, round, way)));
      }
      return stalls;
    });
    rows.push(
      figureRow(`worst stall of readers behind a 2 s read, ${size} rows, ${way}`, worst, "ms"),
    );
  }
  return rows;
}

async function withTable<T>(
  url: string,
  size: number,
  way: Way,
  use: (database: Database, url: string) => Promise<T>,
): Promise<T> {
  const own = await freshDatabase(url);
  const database = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: own } });
  try {
    await database.query("create table rounds as select 0 as round");
    const kind = isView(way) ? "materialized view" : "table";
    await database.query(`create ${kind} replaced as ${queryOf(size, 100, roundOf(way, 0))}`);
    if (way === "by key") await database.query("alter table replaced add primary key (id)");
    else {
      const unique = way === "materialized view refreshed" ? "unique" : "";
      await database.query(`create ${unique} index on replaced (id)`);
    }
    await database.query("vacuum analyze replaced");
    return await use(database, own);
  } finally {
    await database.close();
  }
}

function isView(way: Way): boolean {
  return way.startsWith("materialized view");
}

// The definition of a view stays: its rounds come from a table.
function roundOf(way: Way, round: number): string {
  return isView(way) ? "(select round from rounds)" : String(round);
}

function queryOf(size: number, share: number, round: string): string {
  return `select id, case when id % 100 < ${share} then ${round} else 0 end as round,
    md5(id::text) as a, id * 1.5 as b, now()::date - id % 1000 as day from generate_series(1, ${size}) as id`;
}

async function replace(
  database: Database,
  size: number,
  share: number,
  round: number,
  way: Way,
): Promise<void> {
  await database.query(`update rounds set round = ${round}`);
  const task: PublishTask = {
    type: "publish",
    ...(isView(way)
      ? { strategy: "materialized" as const }
      : { strategy: "replace" as const, uniqueKey: [] }),
    statement: queryOf(size, share, roundOf(way, round)),
    ...(way === "swap" && { replace: "swap" as const }),
  };
  await database.transaction((session) =>
    publish({ session, target, task, rebuiltLater: new Set(), gate: openGate }),
  );
  await database.query("vacuum (analyze) replaced");
}

async function timesOf(rounds: number, work: (round: number) => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const start = performance.now();
    await work(round);
    times.push(performance.now() - start);
  }
  return times;
}

async function worstStall(url: string, work: () => Promise<void>): Promise<number> {
  let worst = 0;
  let isOver = false;
  const read = async () => {
    const client = new Client(url);
    await client.connect();
    while (!isOver) {
      const start = performance.now();
      await client.query("select max(id) from replaced where id = 7");
      worst = Math.max(worst, performance.now() - start);
    }
    await client.end();
  };
  const long = new Client(url);
  await long.connect();
  const reading = long.query("select count(*), pg_sleep(2) from replaced where id = 7");
  const readers = Array.from({ length: 4 }, read);
  await work();
  isOver = true;
  await Promise.all([reading, ...readers]);
  await long.end();
  return worst;
}
