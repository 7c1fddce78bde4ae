import { fileURLToPath } from "node:url";
import { openDatabase } from "../../runner/database/open-database.ts";
import { dropDatabase, freshDatabase } from "../fresh-database.ts";
import { alternate, type Measurement, measure } from "../measure.ts";
import { hasPsql, runPsql } from "../peers/psql.ts";
import { installPythonTool } from "../peers/python-tool.ts";
import { missingRow, type Row, timeRow } from "../report.ts";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const days = 100;

/**
 * So many tests of a hundred days from the generator to gold: `npm run generate` and `dataform run` of this
 * repository, beside the pandas pipeline that it replaces, which checks, keeps and computes a small part of it.
 */
export async function warehouseScenario(
  command: string,
  url: string,
  tests: number,
  rounds: number,
): Promise<Row[]> {
  const name = `generate ${tests} tests and build the warehouse (peer: the original's tasks in pandas)`;
  const tool = installPythonTool("pandas", "pandas");
  const ours = () =>
    onDatabase(url, async (made) =>
      sum(await generate(made, tests, "original"), await node(made, command, "run")),
    );
  if ("missing" in tool) return [missingRow(name, tool.missing)];
  const script = fileURLToPath(new URL("../peers/original.py", import.meta.url));
  const peer = () =>
    onDatabase(url, (made) =>
      measure({
        program: `${tool.bin}/python`,
        args: [script, made, String(tests), String(days)],
        cwd: projectDir,
      }),
    );
  const measured = await alternate(rounds, ours, peer);
  return [timeRow(name.replace("pandas", `pandas ${tool.version}`), measured.ours, measured.peer)];
}

/**
 * From bronze to gold: `dataform run` of this repository, with its gates and reports, beside SQL written by
 * hand that makes the same rows of silver and gold. Throws when a row differs.
 */
export async function byHandScenario(
  command: string,
  url: string,
  tests: number,
  rounds: number,
): Promise<Row[]> {
  const name = `bronze to gold of ${tests} realistic tests (peer: SQL by hand)`;
  if (!hasPsql()) return [missingRow(name, "psql is not on the PATH")];
  const script = fileURLToPath(new URL("../peers/warehouse-by-hand.sql", import.meta.url));
  const measured = { ours: [] as Measurement[], peer: [] as Measurement[] };
  for (let round = 0; round < rounds; round++) {
    await onDatabase(url, async (made) => {
      await generate(made, tests, "realistic");
      measured.ours.push(await node(made, command, "run"));
      measured.peer.push(await runPsql(projectDir, made, ["-f", script]));
      await compareRows(made);
    });
  }
  return [timeRow(name, measured.ours, measured.peer)];
}

async function compareRows(url: string): Promise<void> {
  const database = await openDatabase({ projectDir, env: { DATABASE_URL: url } });
  try {
    for (const table of [
      "stg_resiliency_tests",
      "fact_resiliency_metrics",
      "fact_scenario_metrics",
    ]) {
      const { rows } = await database.query(`
        select string_agg(format('%I', ours.column_name), ', ')
        from information_schema.columns as ours
        join information_schema.columns as peers using (table_name, column_name)
        where table_name = '${table}' and column_name != 'test_id'
          and ours.table_schema = 'resiliency' and peers.table_schema = 'by_hand'`);
      const [ours, peers] = ["resiliency", "by_hand"].map(
        (schema) => `select ${rows[0]?.[0]} from ${schema}.${table}`,
      );
      const different = await database.query(
        `(${ours} except all ${peers}) union all (${peers} except all ${ours}) limit 1`,
      );
      if (different.rows.length > 0) {
        throw new Error(`${table} differs from what is made by hand: ${different.rows[0]}`);
      }
    }
  } finally {
    await database.close();
  }
}

/** So many tests of a hundred days, by `npm run generate`. */
export function generate(url: string, tests: number, profile: string): Promise<Measurement> {
  const perDay = String(Math.ceil(tests / days));
  const generator = ["--import", "tsx", "generator/main.ts", "--from", "2026-01-01"];
  const size = ["--days", String(days), "--tests-per-day", perDay, "--profile", profile];
  return node(url, ...generator, ...size);
}

/** Runs a program of this repository on a database. */
export function node(url: string, ...args: string[]): Promise<Measurement> {
  const env = { DATABASE_URL: url };
  return measure({ program: process.execPath, args, cwd: projectDir, env });
}

/** A database for as long as it is used. */
export async function onDatabase<T>(url: string, use: (made: string) => Promise<T>) {
  const made = await freshDatabase(url);
  try {
    return await use(made);
  } finally {
    await dropDatabase(url, made);
  }
}

function sum(one: Measurement, other: Measurement): Measurement {
  return {
    milliseconds: one.milliseconds + other.milliseconds,
    cpuMilliseconds: one.cpuMilliseconds + other.cpuMilliseconds,
    megabytes: Math.max(one.megabytes, other.megabytes),
  };
}
