import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ingestEntry } from "../../ingest/ingest-file.ts";
import { loadingFiles } from "../../ingest/load/file-loads.ts";
import { prepareWarehouse } from "../../ingest/load/prepare-warehouse.ts";
import { ingestFiles, plainOptions } from "../support/ingested.ts";
import { chunksOf, mutatedFile } from "../support/mutated-files.ts";
import { openTestDatabase } from "../support/opened-database.ts";
import { anyServer } from "../support/test-database.ts";
import { projectDir } from "./warehouse.ts";

describe.each(anyServer())("hostile results on $name", (server) => {
  it("come into bronze whatever they say, and silver judges them", async () => {
    const { database } = await openTestDatabase(server);
    await prepareWarehouse(projectDir, database, plainOptions.signal);
    const long = "x".repeat(5_000);
    const line = (more: object) =>
      `${JSON.stringify({ app: "Shop", status: "ok", start_time: "2026-01-05T10:00:00Z", duration_ms: 1, ...more })}\n`;
    const odd = await ingestFiles(
      {
        "odd.ndjson": [
          line({ source_run_id: long, source_system: long, app: long, scenario_name: long }),
          line({
            scenario_name: "nul \0 and half \ud800",
            metadata: { "a\0": "\udfff", b: "\\u0000" },
          }),
          line({
            start_time: "99999-12-31T23:59:59.9999999Z",
            end_time: "0001-01-01",
            fault_at: "22025-01-01",
          }),
          line({ duration_ms: "-inf", data_loss_seconds: "nan", recovery_basis: "guessed" }),
          line({ error_message: "back\\slash\ttab\r\nline \\N \\." }),
        ].join(""),
      },
      {},
      database,
    );
    expect(odd["odd.ndjson"]).toMatchObject({ loaded: 5, setAside: {} });
    const text = await database.query(
      "select error_message from resiliency.raw_resiliency_tests where error_message like 'back%'",
    );
    expect(text.rows).toEqual([["back\\slash\ttab\r\nline \\N \\."]]);
    const property = fc.asyncProperty(mutatedFile, async (file) => {
      const entry = { name: file.name, chunks: chunksOf(file) };
      const loads = loadingFiles(database, plainOptions, () => {});
      await ingestEntry(entry, false, loads, plainOptions);
      await loads.end();
    });
    await fc.assert(property, { numRuns: 60 });
    const judged = await database.query("select count(*) from resiliency.stg_received_tests");
    expect(Number(judged.rows[0]?.[0])).toBeGreaterThan(5);
  });
});
