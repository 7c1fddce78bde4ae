import type { Session } from "../database.ts";

/** Which database this is. Two are equal only when they hold the same history; none is a secret. */
export interface DatabaseIdentity {
  /** Number that PostgreSQL gave the data folder when it was made; its copies have it too. */
  system: string;
  /** Goes up when a standby takes over and when a backup is restored. */
  timeline: string;
  /**
   * Name and number of the database; a database that was dropped and made again has another number.
   */
  database: string;
}

/** Asks the server which database this is. Throws SqlFailure where it does not tell. */
export async function readIdentity(session: Pick<Session, "query">): Promise<DatabaseIdentity> {
  const { rows } = await session.query(identityQuery);
  const [system = "", timeline = "", database = ""] = (rows[0] ?? []).map(String);
  return { system, timeline, database };
}

// Until the first checkpoint after a promotion only the second of the two timelines is the new one.
const identityQuery = `
  select
    (select system_identifier from pg_control_system()),
    greatest(
      (select timeline_id from pg_control_checkpoint()),
      (select min_recovery_end_timeline from pg_control_recovery())),
    (select format('%s (%s)', datname, oid) from pg_database where datname = current_database())`;

/** Whether both are the same database with the same history. */
export function isSameDatabase(one: DatabaseIdentity, other: DatabaseIdentity): boolean {
  return (
    one.system === other.system &&
    one.timeline === other.timeline &&
    one.database === other.database
  );
}
