import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { startEmbedded } from "../runner/database/embedded/embedded-lease.ts";
import { commitMillis, delayCommits, serverVersion } from "./fresh-database.ts";
import { makePackage } from "./make-package.ts";
import { type Row, writeReport } from "./report.ts";
import { changedScenario } from "./scenarios/changed-scenario.ts";
import { compileScenario, watchScenario } from "./scenarios/compile-scenario.ts";
import { docsScenario } from "./scenarios/docs-scenario.ts";
import { generateScenario } from "./scenarios/generate-scenario.ts";
import { historyScenario } from "./scenarios/history-scenario.ts";
import { incrementsScenario } from "./scenarios/increments-scenario.ts";
import { ingestScenario } from "./scenarios/ingest-scenario.ts";
import { readersScenario, replaceScenario } from "./scenarios/replace-scenario.ts";
import { reportScenario } from "./scenarios/report-scenario.ts";
import { runScenario } from "./scenarios/run-scenario.ts";
import { byHandScenario, warehouseScenario } from "./scenarios/warehouse-scenario.ts";

const options = await yargs(process.argv.slice(2))
  .scriptName("npm run bench --")
  .option("only", { type: "string", describe: "scenarios to run; all of them unless given" })
  .option("rounds", { type: "number", default: 3, describe: "measurements of each" })
  .option("models", { type: "string", default: "100,1000,3000", describe: "project sizes" })
  .option("documented", { type: "string", default: "45,500,3000", describe: "sizes of docs" })
  .option("run", { type: "string", default: "200,1000", describe: "sizes of projects that run" })
  .option("tests", { type: "number", default: 200_000, describe: "tests that generate loads" })
  .option("reported", { type: "number", default: 20_000, describe: "tests that report is about" })
  .option("results", { type: "number", default: 200_000, describe: "results that ingest loads" })
  .option("stream", { type: "number", default: 500, describe: "megabytes that ingest streams" })
  .option("bronze", { type: "string", default: "100000,1000000", describe: "rows of increments" })
  .option("day", { type: "number", default: 50_000, describe: "tests of a day of increments" })
  .option("commit-delay", {
    type: "number",
    default: 0,
    describe: "microseconds that the server waits before each flush, as a slower disk would",
  })
  .option("rows", { type: "number", default: 100_000, describe: "rows of replace and readers" })
  .strict()
  .parseAsync();

// Each scenario compiles anew, unless it says otherwise (`emptyCache`).
process.env.DATAFORM_COMPILE_CACHE = "off";

const repository = fileURLToPath(new URL("..", import.meta.url));
const { dataform: command, ingest: ingestCommand } = makePackage(repository);

const { rounds, tests, results, stream, day } = options;
const numbers = (text: string) => text.split(",").map(Number);
const ingest = { command: ingestCommand, repository, rounds };
const scenarios: Record<string, () => Promise<Row[]>> = {
  compile: () => compileScenario(command, numbers(options.models), rounds),
  watch: () => watchScenario(command, numbers(options.models), rounds),
  docs: () => docsScenario(command, numbers(options.documented), rounds),
  run: () =>
    withServer(async (url) => {
      const rows = await runScenario(command, url, numbers(options.run), rounds);
      const [smallest = 200] = numbers(options.run);
      return [...rows, ...(await changedScenario(command, url, smallest, rounds))];
    }),
  warehouse: () => withServer((url) => warehouseScenario(command, url, tests, rounds)),
  report: () => withServer((url) => reportScenario(command, url, options.reported, rounds)),
  "by-hand": () => withServer((url) => byHandScenario(command, url, tests, rounds)),
  history: () => withServer((url) => historyScenario(command, url, 200, rounds)),
  generate: () => withServer((url) => generateScenario(url, tests, rounds)),
  ingest: () => withServer((url) => ingestScenario(ingest, url, results, stream)),
  increments: () =>
    withServer((url) => incrementsScenario(url, numbers(options.bronze), day, rounds)),
  replace: () => withServer((url) => replaceScenario(url, options.rows, rounds)),
  readers: () => withServer((url) => readersScenario(url, options.rows, rounds)),
};
let server = "no server";
const wanted = options.only === undefined ? Object.keys(scenarios) : options.only.split(",");
const unknown = wanted.filter((name) => scenarios[name] === undefined);
if (unknown.length > 0) throw new Error(`there is no scenario ${unknown.join(", ")}`);
for (const name of wanted) {
  const rows = (await scenarios[name]?.()) ?? [];
  writeReport(name, rows, server, new URL("results.md", import.meta.url));
}

async function withServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  const given = process.env.BENCH_DATABASE_URL;
  if (given) return useServer(given, use);
  const folder = mkdtempSync(join(tmpdir(), "dfpg-bench-server-"));
  const embedded = await startEmbedded({ folder });
  const url = `postgres://postgres@/postgres?host=${embedded.socketFolder}`;
  try {
    if (options.commitDelay > 0) await delayCommits(url, options.commitDelay);
    return await useServer(url, use);
  } finally {
    await embedded.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function useServer<T>(url: string, use: (url: string) => Promise<T>): Promise<T> {
  const commit = (await commitMillis(url)).toFixed(1);
  server = `PostgreSQL ${await serverVersion(url)}, ${commit} ms a commit`;
  return await use(url);
}
