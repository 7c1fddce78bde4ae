/**
 * Takes an alias of `run_history.runs`; returns an SQL condition that is true while the run is active.
 * The connection that holds a run's lock carries its name (database/locks/run-lock.ts), which
 * PostgreSQL shows to every role.
 */
export function isAlive(alias: string): string {
  return `exists (
      select from pg_catalog.pg_stat_activity as a
      where a.datname = current_database()
        and starts_with(a.application_name, left('dataform ' || ${alias}.run_id || ' ', 63)))`;
}

/**
 * Takes an alias of `run_history.runs`; returns an SQL condition that is true when the run is known to be
 * active no more. A standby does not know: it sees no session of its primary, where the run is at work.
 */
export function isGone(alias: string): string {
  return `not (pg_catalog.pg_is_in_recovery() or ${isAlive(alias)})`;
}
