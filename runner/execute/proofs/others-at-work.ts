import type { Session } from "../../database/database.ts";

/**
 * A session hands its counts of written rows over when it becomes idle, or up to 10 s later (PGSTAT_IDLE_INTERVAL in
 * pgstat.c of PostgreSQL), and at its end.
 */
const handedOverAfter = "15 seconds";

/**
 * Returns another session that may have committed rows whose number PostgreSQL does not tell yet, in words; undefined
 * when there is none. A session that this role may not look into counts, and so does one that applies what is replicated,
 * which begins no query; one that was only opened does not. An empty query, which pools of connections send to see whether
 * one is still there, stands for what the session has written before. `own`: server processes of this runner, whose
 * counts are handed over when a session is given back.
 */
export async function findOtherAtWork(
  session: Pick<Session, "query">,
  own: readonly number[],
): Promise<string | undefined> {
  const { rows } = await session.query(
    `select pid, application_name,
      case when state is null then 'which this role may not look into'
        when state like 'idle in transaction%' then 'which has an open transaction'
        when state = 'idle' then 'which ended its last statement less than ${handedOverAfter} ago'
        else 'which is at work' end
    from pg_stat_activity
    where datid = (select oid from pg_database where datname = current_database())
      and usesysid is not null
      and pid not in (select value::int from jsonb_array_elements_text($1::jsonb))
      and backend_type is distinct from 'parallel worker'
      and not (coalesce(state = 'idle', false)
        and (query_start is null and backend_type = 'client backend' or state_change < clock_timestamp() - interval '${handedOverAfter}'))
    order by pid
    limit 1`,
    [JSON.stringify(own)],
  );
  const [pid, name, what] = rows[0] ?? [];
  return pid === undefined ? undefined : `process ${pid}${name ? ` (${name})` : ""}, ${what}`;
}
