import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../runner/database/open-database.ts";
import { prepareBronze } from "../../warehouse/bronze.ts";
import { dropDatabase, freshDatabase } from "../fresh-database.ts";
import { alternate, type Measurement, measure } from "../measure.ts";
import { hasPsql, runPsql } from "../peers/psql.ts";
import { figureRow, type Row, timeRow } from "../report.ts";
import { writeJournals, writeJunit, writeResults } from "./ingest-files.ts";

const megabyte = 1024 * 1024;
const readMegabytes = 32;
/** What an ingest would make first, and the columns that it fills. */
const needed = [
  "raw_resiliency_tests",
  "raw_outages",
  "stg_received_tests",
  "stg_received_outages",
];
const relation = "resiliency.raw_resiliency_tests";
const columns = [
  ...["source_system", "source_run_id", "app_id", "app_name", "scenario_name", "start_time"],
  ...["end_time", "duration_ms", "status", "error_message", "metadata_json", "fault_at"],
  ...["detected_at", "recovered_at", "is_recovered", "data_loss_seconds", "recovery_basis"],
  ...["payload_hash", "raw_payload"],
].join(", ");

/** How the command is started that is measured, and how often. */
interface Command {
  command: string;
  repository: string;
  rounds: number;
}

interface Bench extends Command {
  folder: string;
}

/**
 * `resiliency-ingest` loading results into an empty bronze table, beside psql's `\copy` of the very rows
 * that it made; how much a core of the client takes a second, by format; and the memory of a long stream of `streamMegabytes`.
 */
export async function ingestScenario(
  command: Command,
  url: string,
  results: number,
  streamMegabytes: number,
): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-bench-ingest-"));
  const bench = { ...command, folder };
  try {
    return [
      ...(await besideCopy(bench, url, "csv", results)),
      ...(await besideCopy(bench, url, "ndjson", results)),
      ...(await loading(bench, url, "JUnit", await writeJunit(folder, readMegabytes * megabyte))),
      ...(await loadingJournals(bench, url)),
      await streaming(bench, streamMegabytes),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function besideCopy(
  bench: Bench,
  url: string,
  format: "csv" | "ndjson",
  results: number,
): Promise<Row[]> {
  const { folder, repository, rounds } = bench;
  const file = await writeResults(join(folder, `results.${format}`), results);
  const copied = join(folder, "rows.tsv");
  // the first round's rows are what psql copies
  await onEmptyBronze(repository, url, async (made) => {
    const loaded = await ingest(bench, [file], { DATABASE_URL: made });
    const rows = `(select ${columns} from ${relation} order by test_id)`;
    if (hasPsql()) await runPsql(folder, made, ["-c", `\\copy ${rows} to '${copied}'`]);
    return loaded;
  });
  const ours = () =>
    onEmptyBronze(repository, url, (made) => ingest(bench, [file], { DATABASE_URL: made }));
  const copy = `\\copy ${relation} (${columns}) from '${copied}'`;
  const peer = () => onEmptyBronze(repository, url, (made) => runPsql(folder, made, ["-c", copy]));
  const measured = await alternate(rounds, ours, hasPsql() ? peer : undefined);
  const name = `ingest ${results} results of ${format}`;
  const memory = measured.ours.map(({ megabytes }) => megabytes);
  return [
    timeRow(`${name} (peer: psql \\copy of the rows)`, measured.ours, measured.peer),
    figureRow(`memory, ${name}`, memory, "MB"),
    figureRow(
      `${name}, by the processor time of the command`,
      measured.ours.map(({ cpuMilliseconds }) => results / cpuMilliseconds),
      "thousand rows/s",
    ),
  ];
}

/** Megabytes of reports a second, by the clock and by the processor time of the command, which is on one core. */
async function loading(bench: Bench, url: string, what: string, files: string[]): Promise<Row[]> {
  const load = (made: string) => ingest(bench, files, { DATABASE_URL: made });
  const { ours } = await alternate(
    bench.rounds,
    () => onEmptyBronze(bench.repository, url, load),
    undefined,
  );
  return ratesOf(what, files, ours);
}

function ratesOf(what: string, files: string[], ours: readonly Measurement[]): Row[] {
  const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / megabyte;
  const rate = (seconds: (one: Measurement) => number) =>
    ours.map((one) => megabytes / seconds(one));
  return [
    figureRow(
      `load ${what}`,
      rate(({ milliseconds }) => milliseconds / 1000),
      "MB/s",
    ),
    figureRow(
      `load ${what}, by the processor time of the command`,
      rate(({ cpuMilliseconds }) => cpuMilliseconds / 1000),
      "MB/s",
    ),
  ];
}

/** Many small files, also beside psql that copies the row of each in a transaction of its own. */
async function loadingJournals(bench: Bench, url: string): Promise<Row[]> {
  const { folder, repository, rounds } = bench;
  const files = await writeJournals(folder, readMegabytes * megabyte);
  const script = (name: string, copyOf: (file: number) => string) => {
    writeFileSync(join(folder, name), files.map((_, file) => `\\copy ${copyOf(file)}\n`).join(""));
    return ["-f", join(folder, name)];
  };
  const copied = (file: number) => `'${join(folder, `${file}.tsv`)}'`;
  const rows = `select ${columns} from ${relation} order by test_id limit 1`;
  const write = script("to.sql", (file) => `(${rows} offset ${file}) to ${copied(file)}`);
  const read = script("from.sql", (file) => `${relation} (${columns}) from ${copied(file)}`);
  const load = (made: string) => ingest(bench, files, { DATABASE_URL: made });
  await onEmptyBronze(repository, url, async (made) => {
    const loaded = await load(made);
    if (hasPsql()) await runPsql(folder, made, write);
    return loaded;
  });
  const ours = () => onEmptyBronze(repository, url, load);
  const peer = () => onEmptyBronze(repository, url, (made) => runPsql(folder, made, read));
  const measured = await alternate(rounds, ours, hasPsql() ? peer : undefined);
  const name = `ingest ${files.length} files of a journal (peer: psql \\copy of the row of each)`;
  return [
    timeRow(name, measured.ours, measured.peer),
    ...ratesOf("journals", files, measured.ours),
  ];
}

/** Results of the same file again and again through the standard input, as many megabytes as are asked for. */
async function streaming(bench: Bench, megabytes: number): Promise<Row> {
  const file = join(bench.folder, "results.ndjson");
  const times = Math.max(1, Math.ceil((megabytes * megabyte) / statSync(file).size));
  const script = `for i in $(seq ${times}); do cat "$1"; done | "$2" "$3" - --dry-run`;
  const { megabytes: most } = await measure({
    program: "sh",
    args: ["-c", script, "sh", file, process.execPath, bench.command],
    cwd: bench.repository,
  });
  return figureRow(`memory, a stream of ${megabytes} MB of ndjson`, [most], "MB");
}

function ingest({ command, repository }: Bench, args: string[], env = {}): Promise<Measurement> {
  return measure({ program: process.execPath, args: [command, ...args], cwd: repository, env });
}

async function onEmptyBronze(
  repository: string,
  url: string,
  use: (made: string) => Promise<Measurement>,
): Promise<Measurement> {
  const made = await freshDatabase(url);
  const database = await openDatabase({ projectDir: repository, env: { DATABASE_URL: made } });
  try {
    await prepareBronze(repository, database, undefined, needed);
    await database.query("checkpoint");
    return await use(made);
  } finally {
    await database.close();
    await dropDatabase(url, made);
  }
}
