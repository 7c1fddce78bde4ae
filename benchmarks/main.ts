import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { startEmbedded } from "../runner/database/embedded/embedded-lease.ts";
import { type Row, writeReport } from "./report.ts";
import { compileScenario, watchScenario } from "./scenarios/compile-scenario.ts";
import { generateScenario } from "./scenarios/generate-scenario.ts";
import { historyScenario } from "./scenarios/history-scenario.ts";
import { incrementsScenario } from "./scenarios/increments-scenario.ts";
import { ingestScenario } from "./scenarios/ingest-scenario.ts";
import { readersScenario, replaceScenario } from "./scenarios/replace-scenario.ts";
import { runScenario } from "./scenarios/run-scenario.ts";

const scenarios = [
  ...[
    "compile",
    "watch",
    "run",
    "history",
    "generate",
    "ingest",
    "increments",
    "replace",
    "readers",
  ],
];

const options = await yargs(process.argv.slice(2))
  .scriptName("npm run bench --")
  .option("only", { type: "string", default: scenarios.join(","), describe: "scenarios to run" })
  .option("rounds", { type: "number", default: 3, describe: "measurements of each" })
  .option("models", { type: "string", default: "100,1000,3000", describe: "project sizes" })
  .option("tests", { type: "number", default: 200_000, describe: "tests that generate loads" })
  .option("results", { type: "number", default: 200_000, describe: "results that ingest loads" })
  .option("stream", { type: "number", default: 500, describe: "megabytes that ingest streams" })
  .option("bronze", { type: "string", default: "100000,1000000", describe: "rows of increments" })
  .option("day", { type: "number", default: 50_000, describe: "tests of a day of increments" })
  .option("rows", { type: "number", default: 100_000, describe: "rows of replace and readers" })
  .strict()
  .parseAsync();
const only = options.only.split(",");
const sizes = options.models.split(",").map(Number);

// What users run is the build, not the source through a loader.
const repository = fileURLToPath(new URL("..", import.meta.url));
execFileSync("npm", ["run", "--silent", "build"], { cwd: repository, stdio: "inherit" });
const command = join(repository, "dist/runner/cli/main.js");

const rows: Row[] = [];
if (only.includes("compile")) rows.push(...(await compileScenario(command, sizes, options.rounds)));
if (only.includes("watch")) rows.push(...(await watchScenario(command, sizes, options.rounds)));
if (only.includes("run")) {
  rows.push(...(await withServer((url) => runScenario(command, url, 200, options.rounds))));
}
if (only.includes("history")) {
  rows.push(...(await withServer((url) => historyScenario(command, url, 200, options.rounds))));
}
if (only.includes("generate")) {
  rows.push(...(await withServer((url) => generateScenario(url, options.tests, options.rounds))));
}
if (only.includes("ingest")) {
  const ingest = join(repository, "dist/ingest/main.js");
  const { results, rounds, stream } = options;
  rows.push(
    ...(await withServer((url) =>
      ingestScenario({ command: ingest, repository, rounds }, url, results, stream),
    )),
  );
}
if (only.includes("increments")) {
  const counts = options.bronze.split(",").map(Number);
  rows.push(
    ...(await withServer((url) => incrementsScenario(url, counts, options.day, options.rounds))),
  );
}
if (only.includes("replace")) {
  rows.push(...(await withServer((url) => replaceScenario(url, options.rows, options.rounds))));
}
if (only.includes("readers")) {
  rows.push(...(await withServer((url) => readersScenario(url, options.rows, options.rounds))));
}
writeReport(rows, new URL("results.md", import.meta.url));

async function withServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  const given = process.env.BENCH_DATABASE_URL;
  if (given) return use(given);
  const folder = mkdtempSync(join(tmpdir(), "dfpg-bench-server-"));
  const server = await startEmbedded({ folder });
  try {
    return await use(`postgres://postgres@/postgres?host=${server.socketFolder}`);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
