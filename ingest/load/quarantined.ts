import type { Database } from "../../runner/database/database.ts";

const mostRows = 20_000;

/**
 * How many of the rows that a transaction added silver will quarantine, by reason, by silver's own
 * rules; undefined when they are so many that a look takes as long as the load, unless `isStrict`.
 * `loaded`: how many it added.
 */
export async function quarantinedRows(
  database: Database,
  transactionId: string | undefined,
  loaded: number,
  isStrict: boolean,
): Promise<Record<string, number> | undefined> {
  if (loaded === 0) return {};
  if ((loaded > mostRows && !isStrict) || transactionId === undefined) return undefined;
  const result = await database.query(
    `select reason, count(*)
    from (
      select reason from resiliency.stg_received_tests
      where ingested_xid = $1::xid8 and reason is not null
      union all
      select reason from resiliency.stg_received_outages
      where ingested_xid = $1::xid8 and reason is not null
    ) as judged
    group by reason
    order by reason`,
    [transactionId],
  );
  return Object.fromEntries(result.rows.map(([reason, count]) => [reason ?? "", Number(count)]));
}
