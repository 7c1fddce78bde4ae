import { freshDatabase } from "../fresh-database.ts";
import { makeProject } from "../make-project.ts";
import { alternate, type Measurement, measure } from "../measure.ts";
import { figureRow, type Row, timeRow } from "../report.ts";

/**
 * A run of `size` tables and assertions that is written down in its database, beside the same one with
 * `--no-history`: on a database each, which has had a run of its kind before.
 */
export async function historyScenario(
  command: string,
  url: string,
  size: number,
  rounds: number,
): Promise<Row[]> {
  const cwd = makeProject(size);
  const runner = async (...flags: string[]) => {
    const env = { DATABASE_URL: await freshDatabase(url) };
    const args = [command, "run", cwd, ...flags];
    const run = () => measure({ program: process.execPath, args, cwd, env });
    await run();
    return run;
  };
  const kept = await runner();
  const leftOut = await runner("--no-history");
  const { ours, peer } = await alternate(rounds, kept, leftOut);
  const name = `run ${size} tables and ${size} assertions with a history`;
  return [
    timeRow(`${name} (peer: --no-history)`, ours, peer),
    figureRow("what the history adds to it, pair by pair", addedPercent(ours, peer), "%"),
  ];
}

/** A machine that is busy slows both of a pair. */
function addedPercent(ours: readonly Measurement[], peer: readonly Measurement[]): number[] {
  return ours.map(({ milliseconds }, index) => {
    const other = peer[index]?.milliseconds ?? milliseconds;
    return (100 * (milliseconds - other)) / other;
  });
}
