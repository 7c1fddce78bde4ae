import type { Session } from "../../runner/database/database.ts";
import type { ActionFailure } from "../../runner/errors.ts";
import type { FileReport } from "../file-report.ts";

const mostRows = 20_000;

/** A file, and the transaction that added its rows to bronze, or why there are none. */
export interface LoadedFile {
  report: FileReport;
  transactionId?: string | undefined;
  failure?: ActionFailure;
}

/**
 * Writes into the report of each file how many of the rows that it added silver will quarantine, by reason, by silver's
 * own rules. Of a file with so many rows that a look takes as long as the load nothing is known then, unless `isStrict`.
 */
export async function countQuarantined(
  { own }: Session,
  files: readonly LoadedFile[],
  isStrict: boolean,
): Promise<void> {
  const judged = new Map<string, Record<string, number>>();
  for (const { report, transactionId } of files) {
    const isKnown = report.loaded === 0 || transactionId !== undefined;
    if (!isKnown || (report.loaded > mostRows && !isStrict)) continue;
    report.quarantined = {};
    if (transactionId !== undefined) judged.set(transactionId, report.quarantined);
  }
  if (judged.size === 0) return;
  const values = [`{${[...judged.keys()].join(",")}}`];
  const [ended] = await own.transactions([[{ text: reasons, values }]]);
  if (ended?.failure) throw ended.failure;
  const rows = ended?.results[0]?.rows ?? [];
  for (const [id = "", reason = "", count = 0] of rows as string[][]) {
    Object.assign(judged.get(id) ?? {}, { [reason]: Number(count) });
  }
}

// To plan it takes longer than to answer it: it is asked for many files at a time, and kept prepared.
const reasons = `
  select ingested_xid, reason, count(*)
  from (
    select ingested_xid, reason from resiliency.stg_received_tests
    where ingested_xid = any ($1::xid8[]) and reason is not null
    union all
    select ingested_xid, reason from resiliency.stg_received_outages
    where ingested_xid = any ($1::xid8[]) and reason is not null
  ) as judged
  group by ingested_xid, reason
  order by reason`;
