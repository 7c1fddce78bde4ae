import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { generateDays } from "../../generator/generate-days.ts";
import { type ProfileName, profiles } from "../../generator/profiles/profiles.ts";
import type { Database } from "../../runner/database/database.ts";
import { openDatabase } from "../../runner/database/open-database.ts";
import { prepareBronze } from "../../warehouse/bronze.ts";
import type { BronzeRow } from "../../warehouse/bronze-row.ts";
import { copyStatement, copyStream } from "../../warehouse/copy-rows.ts";
import { addDays, daysFrom } from "../../warehouse/utc-day.ts";
import { dropDatabase, freshDatabase } from "../fresh-database.ts";
import { alternate, type Measurement } from "../measure.ts";
import { hasPsql, runPsql } from "../peers/psql.ts";
import { figureRow, type Row, timeRow } from "../report.ts";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const days = 100;

/**
 * The generator loading so many tests of a hundred days into an empty bronze table, beside psql's
 * \copy of the same rows from a file. Both go through the same keys, indexes and partitions.
 */
export async function generateScenario(url: string, tests: number, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const folder = mkdtempSync(join(tmpdir(), "dfpg-bench-generate-"));
  try {
    for (const profile of Object.keys(profiles) as ProfileName[]) {
      rows.push(...(await compare(url, { profile, tests, rounds, folder })));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

interface Load {
  profile: ProfileName;
  tests: number;
  rounds: number;
  folder: string;
}

async function compare(url: string, { profile, tests, rounds, folder }: Load): Promise<Row[]> {
  const settings = {
    ...{ from: "2026-01-01", days, testsPerDay: Math.ceil(tests / days), seed: 42, profile },
  };
  const file = join(folder, `${profile}.tsv`);
  if (hasPsql()) await pipeline(copyStream(rowsOf(settings)), createWriteStream(file));
  const ours = () =>
    onEmptyBronze(url, settings, async (_, database) => {
      const start = process.hrtime.bigint();
      await generateDays(database, settings);
      return measurementSince(start);
    });
  const copy = copyStatement.replace(/ from stdin$/, ` from '${file}'`);
  const peer = () =>
    onEmptyBronze(url, settings, (made) => runPsql(folder, made, ["-c", `\\${copy}`]));
  const measured = await alternate(rounds, ours, hasPsql() ? peer : undefined);
  rmSync(file, { force: true });
  const name = `generate ${tests} tests, ${profile}`;
  const memory = measured.ours.map(({ megabytes }) => megabytes);
  return [
    timeRow(
      `${name} (peer: psql \\copy${hasPsql() ? "" : ", not found"})`,
      measured.ours,
      measured.peer,
    ),
    figureRow(`memory, ${name}, benchmark and all`, memory, "MB"),
  ];
}

type Settings = Parameters<typeof generateDays>[1] & { profile: ProfileName };

function* rowsOf({ from, testsPerDay, seed, profile }: Settings): Generator<BronzeRow> {
  for (const day of daysFrom(from, days)) {
    for (const { row } of profiles[profile].rowsOfDay(day, testsPerDay, seed)) yield row;
  }
}

async function onEmptyBronze(
  url: string,
  { from, profile }: Settings,
  use: (made: string, database: Database) => Promise<Measurement>,
): Promise<Measurement> {
  const made = await freshDatabase(url);
  const database = await openDatabase({ projectDir, env: { DATABASE_URL: made } });
  try {
    await prepareBronze(projectDir, database);
    const last = addDays(from, days + profiles[profile].longestLagDays);
    await database.query(`select resiliency.ensure_raw_partitions('${from}', '${last}')`);
    await database.query("checkpoint");
    return await use(made, database);
  } finally {
    await database.close();
    await dropDatabase(url, made);
  }
}

function measurementSince(start: bigint): Measurement {
  return {
    milliseconds: Number(process.hrtime.bigint() - start) / 1e6,
    // of this process, which does the work of the benchmark too
    cpuMilliseconds: 0,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}
