import { RunnerError } from "../../errors.ts";
import type { Session } from "../database.ts";

/** A server process that holds an advisory lock. Facts that the user may not see are `unknown`. */
export interface Holder {
  processId: string;
  user: string;
  /** Of a run: `dataform <run id> <process>@<machine>`. */
  applicationName: string;
  host: string;
  /** When its connection was made, in UTC. */
  since: string;
}

/** SQL: where the client of a row of pg_stat_activity is; null when the user may not see it. */
export function addressOf(activity: string): string {
  return `case
        when ${activity}.backend_start is null then null
        else coalesce(host(${activity}.client_addr), 'this machine')
      end`;
}

/** SQL: a point in time as people read it, whatever the time zone of the session. */
export function inUtc(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')`;
}

/** Everybody else who holds the advisory lock of this key (SQL of a bigint) in this database. */
export async function findHolders(session: Session, key: string): Promise<Holder[]> {
  // Keys of one bigint are shown in two halves, with `objsubid` 1.
  const { rows } = await session.query(`
    select
      pg_locks.pid,
      pg_stat_activity.usename,
      pg_stat_activity.application_name,
      ${addressOf("pg_stat_activity")},
      ${inUtc("pg_stat_activity.backend_start")}
    from pg_locks
    left join pg_stat_activity on pg_stat_activity.pid = pg_locks.pid
    where pg_locks.locktype = 'advisory'
      and pg_locks.granted
      and pg_locks.objsubid = 1
      and pg_locks.database = (select oid from pg_database where datname = current_database())
      and (pg_locks.classid::bigint << 32) | pg_locks.objid::bigint = ${key}
      and pg_locks.pid <> pg_backend_pid()`);
  return rows.map(([processId, user, applicationName, host, since]) => ({
    processId: processId ?? "",
    user: user ?? "unknown",
    applicationName: applicationName || "unknown",
    host: host ?? "unknown",
    since: since ?? "unknown",
  }));
}

/** Who it is and how it is ended, as one line without an end. */
export function describeHolder({ applicationName, host, processId, since, user }: Holder): string {
  return `${applicationName} (server process ${processId}, user ${user}, from ${host}, since ${since})`;
}

/** The LOCKED error that names the holder, after so many milliseconds of waiting for it. */
export function lockedError(
  schema: string,
  holder: Holder | undefined,
  waitedMillis = 0,
): RunnerError {
  if (holder === undefined) {
    return new RunnerError("LOCKED", `another run was writing to schema ${schema} a moment ago`, {
      hint: "run again, or wait for it with --wait",
    });
  }
  const [still, next] =
    waitedMillis === 0
      ? ["", "wait for it with --wait"]
      : [`still, after ${waitedMillis / 1000} s, `, "wait longer"];
  return new RunnerError(
    "LOCKED",
    `another run is ${still}writing to schema ${schema}: ${describeHolder(holder)}`,
    { hint: `${next}, or end it with: select pg_terminate_backend(${holder.processId})` },
  );
}
