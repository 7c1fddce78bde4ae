import type { Database, Session } from "../../runner/database/database.ts";
import type { FileReport } from "../file-report.ts";
import type { IngestOptions } from "../ingest-options.ts";
import { type Batch, releaseBatch } from "../map-rows.ts";
import { bronzeKinds, bronzeTables } from "./bronze-tables.ts";
import { beginLoad, loadRows } from "./load-rows.ts";
import { countQuarantined } from "./quarantined.ts";

/** Loads a file batch by batch in one transaction, and notes in its report what became of its rows. */
export async function loadStream(
  database: Database,
  report: FileReport,
  batches: AsyncIterable<Batch>,
  { signal, isStrict }: IngestOptions,
): Promise<void> {
  let transactionId: string | undefined;
  const loadAll = async (session: Session) => {
    await beginLoad(session);
    // the next batch is read while the server has this one
    let loading = Promise.resolve();
    try {
      for await (const batch of batches) {
        await loading;
        loading = loadBatch(session, batch, report);
        loading.catch(() => {});
      }
    } finally {
      await loading;
    }
  };
  await database.transaction(loadAll, signal, {
    onBegun: (id) => {
      transactionId = id;
    },
  });
  await database.session(
    (session) => countQuarantined(session, [{ report, transactionId }], isStrict),
    signal,
  );
}

async function loadBatch(session: Session, batch: Batch, report: FileReport): Promise<void> {
  for (const kind of bronzeKinds) {
    const counts = await loadRows(session, bronzeTables[kind], batch[kind]);
    report.loaded += counts.loaded;
    report.known += counts.known;
    report.corrected += counts.corrected;
    report.reassigned += counts.reassigned;
  }
  releaseBatch(batch);
}
