import { dropDatabase, freshDatabase } from "../fresh-database.ts";
import { emptyCache, makeProject } from "../make-project.ts";
import { type Measurement, measure } from "../measure.ts";
import { psqlContestant } from "../peers/psql-contestant.ts";
import { missingRow, type Row, timeRow } from "../report.ts";

/**
 * A project of so many tables, each with an assertion, run with `--changed` when nothing changed: beside psql, which
 * does the work once.
 */
export async function changedScenario(
  command: string,
  url: string,
  size: number,
  rounds: number,
): Promise<Row[]> {
  const name = `run --changed of ${size} tables and ${size} assertions, nothing changed (peer: psql does the work once)`;
  const psql = psqlContestant(size);
  if ("missing" in psql) return [missingRow(name, psql.missing)];
  const cwd = makeProject(size);
  const [ours, theirs]: [Measurement[], Measurement[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const made = await freshDatabase(url);
    const env = { DATABASE_URL: made, ...emptyCache() };
    const run = () =>
      measure({
        program: process.execPath,
        args: [command, "run", cwd, "--changed"],
        ...{ cwd, env },
      });
    await run();
    ours.push(await run());
    await dropDatabase(url, made);
    const other = await freshDatabase(url);
    theirs.push(await psql.steps(other)["first run"]());
    await dropDatabase(url, other);
  }
  return [timeRow(name, ours, theirs)];
}
