import { fileURLToPath } from "node:url";
import type { Database } from "../../runner/database/database.ts";
import { openDatabase } from "../../runner/database/open-database.ts";
import type { RunResult } from "../../runner/results/run-result.ts";
import { runProject } from "../../runner/run-project.ts";
import { prepareBronze } from "../../warehouse/bronze.ts";
import { fillBronze } from "../fill-bronze.ts";
import { dropDatabase, freshDatabase } from "../fresh-database.ts";
import { figureRow, median, type Row } from "../report.ts";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const firstDay = "2022-01-01";

/**
 * The project's run after one more day of tests, with so many bronze rows there already, of which a
 * first run has built everything. The sizes take turns; the ratio is that of the largest to the
 * smallest.
 */
export async function incrementsScenario(
  url: string,
  sizes: readonly number[],
  testsPerDay: number,
  rounds: number,
): Promise<Row[]> {
  const warehouses: Warehouse[] = [];
  const runs: DayRun[][] = sizes.map(() => []);
  try {
    for (const size of sizes) warehouses.push(await openWarehouse(url, size, testsPerDay));
    // the first round warms up
    for (let round = 0; round <= rounds; round++) {
      for (const [index, warehouse] of warehouses.entries()) {
        const run = await runNextDay(warehouse, testsPerDay);
        if (round > 0) runs[index]?.push(run);
      }
    }
  } finally {
    for (const { close } of warehouses) await close();
  }
  const [first, last] = [runs[0] ?? [], runs.at(-1) ?? []];
  const name = `one more day of ${testsPerDay} tests`;
  return [
    ...warehouses.map(({ firstBuild }, index) =>
      figureRow(`first build of ${sizes[index]} tests`, [firstBuild.total], "ms"),
    ),
    ...warehouses.map(({ megabytes }, index) =>
      figureRow(`memory after that of ${sizes[index]}, benchmark and all`, [megabytes], "MB"),
    ),
    ...sizes.map((size, index) => figureRow(`${name} on ${size}`, totals(runs[index] ?? []), "ms")),
    {
      what: `${name}: ${sizes.at(-1)} to ${sizes[0]}`,
      ours: `${(median(totals(last)) / median(totals(first))).toFixed(2)} times`,
      ...{ peer: "", ratio: "" },
    },
    ...growth(first, last),
  ];
}

/** Milliseconds of a run and of each of its actions. */
interface DayRun {
  total: number;
  actions: Map<string, number>;
}

/**
 * The project in its own database, with days of bronze rows from which everything else is built.
 */
interface Warehouse {
  database: Database;
  days: number;
  firstBuild: DayRun;
  /** The most memory that the process had taken by the end of its first build. */
  megabytes: number;
  close(): Promise<void>;
}

async function openWarehouse(url: string, size: number, testsPerDay: number): Promise<Warehouse> {
  const made = await freshDatabase(url);
  const database = await openDatabase({ projectDir, env: { DATABASE_URL: made } });
  const days = Math.ceil(size / testsPerDay);
  const close = async () => {
    await database.close();
    await dropDatabase(url, made);
  };
  try {
    await prepareBronze(projectDir, database);
    await fillBronze(database, { firstDay, skipDays: 0, days, testsPerDay });
    const firstBuild = await runOnce(database);
    const megabytes = process.resourceUsage().maxRSS / 1024;
    // what autovacuum does in its own time
    await database.session(async (session) => {
      await session.query("set statement_timeout = 0");
      await session.query("vacuum analyze");
    });
    return { database, days, firstBuild, megabytes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function runNextDay(warehouse: Warehouse, testsPerDay: number): Promise<DayRun> {
  const { database, days } = warehouse;
  await fillBronze(database, { firstDay, skipDays: days, days: 1, testsPerDay });
  warehouse.days++;
  return runOnce(database);
}

async function runOnce(database: Database): Promise<DayRun> {
  const start = process.hrtime.bigint();
  const result = await runProject({ projectDir, database });
  const total = Number(process.hrtime.bigint() - start) / 1e6;
  if (result.status !== "successful") throw new Error(failureOf(result));
  return {
    total,
    actions: new Map(
      result.actions.map(({ target, timing }) => [
        target.name,
        timing.endTimeMillis - timing.startTimeMillis,
      ]),
    ),
  };
}

function failureOf({ actions }: RunResult): string {
  const failed = actions.find(({ status }) => status === "failed");
  const error = failed?.tasks.find((task) => task.error)?.error;
  return `${failed?.fileName ?? "the run"} failed: ${error?.message ?? "see its assertions"}`;
}

function totals(runs: readonly DayRun[]): number[] {
  return runs.map(({ total }) => total);
}

/** The actions that grow most, with their milliseconds at both sizes. */
function growth(first: readonly DayRun[], last: readonly DayRun[]): Row[] {
  const of = (runs: readonly DayRun[], name: string) =>
    runs.map(({ actions }) => actions.get(name) ?? 0);
  return [...(last[0]?.actions.keys() ?? [])]
    .map((name) => ({ name, first: of(first, name), last: of(last, name) }))
    .sort((a, b) => median(b.last) - median(b.first) - (median(a.last) - median(a.first)))
    .slice(0, 5)
    .map(({ name, first: small, last: large }) => ({
      what: `… of which ${name}`,
      ours: `${median(large).toFixed(0)} ms, from ${median(small).toFixed(0)} ms`,
      ...{ peer: "", ratio: "" },
    }));
}
