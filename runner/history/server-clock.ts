import type { Session } from "../database/database.ts";

/** Clocks that differ by less are not corrected: the history then tells the times of the reports. */
const tolerance = 60_000;

/**
 * Returns by how many milliseconds the clock of the database is ahead of this machine's; 0 when both tell
 * nearly the same. Runs of several machines are put in order by the clock of the database.
 */
export async function serverClockAhead(session: Session): Promise<number> {
  const before = Date.now();
  const { rows } = await session.query("select extract(epoch from clock_timestamp()) * 1000");
  const ahead = Math.round(Number(rows[0]?.[0]) - (before + Date.now()) / 2);
  return Math.abs(ahead) < tolerance ? 0 : ahead;
}
