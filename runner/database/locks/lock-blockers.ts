import { quoteLiteral } from "../../names/identifiers.ts";
import type { Session } from "../database.ts";
import { addressOf, inUtc } from "./lock-holders.ts";

/** A transaction that blocks a statement. Facts that the user may not see are absent. */
export interface Blocker {
  /** 0: a prepared transaction, which has no process. */
  processId: number;
  /** Role, or what kind of process of the server it is. */
  user: string;
  applicationName?: string;
  /** Address of the client, or `this machine`. */
  address?: string;
  /** When its transaction began, in UTC. */
  since?: string;
  /** As PostgreSQL names it: `idle in transaction`, `active`, … */
  state?: string;
  /** First line of its last query, up to the first literal. */
  lastQuery?: string;
  /** The relation on which it holds a lock, when nothing more is known: it may be the cause. */
  holds?: string;
}

const facts = `
  coalesce(a.usename, a.backend_type, ''),
  coalesce(a.application_name, ''),
  coalesce(${addressOf("a")}, ''),
  coalesce(${inUtc("a.xact_start")}, ''),
  coalesce(a.state, ''),
  coalesce(left(a.query, 1000), '')`;

/**
 * Finds the sessions at the head of the lock queues in which server processes wait. Returns the
 * blockers of each process; none for a process that does not wait.
 */
export async function findBlockers(
  session: Pick<Session, "query">,
  processIds: readonly number[],
): Promise<Map<number, Blocker[]>> {
  const { rows } = await session.query(
    `
    with recursive queue (waiting, pid) as (
      select waiting, unnest(pg_blocking_pids(waiting)) from unnest($1::int[]) as waiting
      union
      select waiting, unnest(pg_blocking_pids(pid)) from queue
    )
    select waiting, pid, '', ${facts}
    from queue
    left join pg_stat_activity as a using (pid)
    where cardinality(pg_blocking_pids(pid)) = 0
    order by a.xact_start, pid`,
    [`{${processIds.join(",")}}`],
  );
  const found = new Map<number, Blocker[]>();
  for (const [waiting, ...row] of rows) {
    found.set(Number(waiting), [...(found.get(Number(waiting)) ?? []), toBlocker(row)]);
  }
  return found;
}

/**
 * Finds the sessions with a lock on one of these relations (names as SQL): each blocks `access
 * exclusive`.
 */
export async function findUsers(
  session: Session,
  relations: readonly string[],
): Promise<Blocker[]> {
  const { rows } = await session.query(
    `
    select distinct on (a.xact_start, l.pid) l.pid, '', ${facts}
    from pg_locks as l
    join pg_stat_activity as a on a.pid = l.pid
    where l.granted
      and l.pid <> pg_backend_pid()
      and l.relation in (${relations.map((name) => `to_regclass(${quoteLiteral(name)})`).join(", ")})
    order by a.xact_start, l.pid`,
  );
  return rows.map(toBlocker);
}

/**
 * Finds the sessions with a lock on a relation whose name occurs in a failed statement. More cannot
 * be known of a statement that did not wait (`nowait`) or not long enough to be watched.
 */
export async function findSuspects(
  session: Pick<Session, "query">,
  statement: string,
): Promise<Blocker[]> {
  const { rows } = await session.query(
    `
    select distinct on (a.xact_start, l.pid)
      l.pid, format('%s on %I.%I', l.mode, n.nspname, c.relname), ${facts}
    from pg_locks as l
    join pg_stat_activity as a on a.pid = l.pid
    join pg_class as c on c.oid = l.relation and c.relkind in ('r', 'p', 'm', 'v', 'f')
    join pg_namespace as n on n.oid = c.relnamespace and n.nspname !~ '^pg_|^information_schema$'
    where l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and l.pid <> pg_backend_pid()
      and strpos(lower($1), lower(c.relname)) > 0
      and (l.mode <> 'AccessShareLock' or $2::boolean)
    order by a.xact_start, l.pid, array_position('{
      AccessExclusiveLock, ExclusiveLock, ShareRowExclusiveLock, ShareLock,
      ShareUpdateExclusiveLock, RowExclusiveLock, RowShareLock}'::text[], l.mode)`,
    [statement, waitsForReaders.test(statement)],
  );
  return rows.map(toBlocker);
}

// Nothing else waits for those who only read.
const waitsForReaders = /\b(alter|cluster|create|drop|lock|refresh|reindex|truncate|vacuum)\b/i;

function toBlocker([pid, holds, ...row]: (string | null)[]): Blocker {
  const [user, applicationName, address, since, state, query] = row.map((value) => value ?? "");
  const lastQuery = withoutLiterals(query ?? "");
  return {
    processId: Number(pid),
    user: user || "unknown",
    ...(applicationName && { applicationName }),
    ...(address && { address }),
    ...(since && { since }),
    ...(state && { state }),
    ...(lastQuery && { lastQuery }),
    ...(holds && { holds }),
  };
}

// Literals hold data and sometimes secrets; a report may be public.
function withoutLiterals(query: string): string {
  const [line = ""] = query.trim().split(/[\r\n]/, 1);
  const secret = /'|\$\w*\$|(?<=\bpassword\b)/i.exec(line);
  const shown = secret ? `${line.slice(0, secret.index).trimEnd()} …` : line;
  return shown.length > 120 ? `${shown.slice(0, 120)}…` : shown;
}
