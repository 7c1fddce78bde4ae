import fc from "fast-check";
import { expect, it } from "vitest";
import { type FileReport, newReport } from "../../../ingest/file-report.ts";
import { ingestEntry, piecesOf } from "../../../ingest/ingest-file.ts";
import { countFiles } from "../../../ingest/load/file-loads.ts";
import { batchesOf } from "../../../ingest/map-rows.ts";
import { plainOptions } from "../../support/ingested.ts";
import { chunksOf, type MutatedFile, mutatedFile } from "../../support/mutated-files.ts";
import { mutatedDocument } from "../../support/mutated-values.ts";

// INGEST_FUZZ_RUNS=1000000 is the long form
const numRuns = Number(process.env.INGEST_FUZZ_RUNS ?? 500);
const hours = { timeout: 36_000_000 };

async function readOrRefuse(file: MutatedFile): Promise<void> {
  const reports: FileReport[] = [];
  const loads = countFiles(plainOptions, (report) => reports.push(report));
  await ingestEntry(entryOf(file), false, loads, plainOptions);
  const [{ loaded, refused } = newReport("")] = reports;
  expect(reports).toHaveLength(1);
  expect(refused !== undefined && loaded > 0).toBe(false);
  if (refused === undefined) expect(await rowsOf(file)).toBe(loaded);
}

function entryOf(file: MutatedFile) {
  return { name: file.name, chunks: chunksOf(file) };
}

/** How many rows a load makes of a file. */
async function rowsOf(file: MutatedFile): Promise<number> {
  const report = newReport(file.name);
  const pieces = await piecesOf(entryOf(file), report, plainOptions);
  let rows = 0;
  for await (const { test, outage } of batchesOf(pieces, report, plainOptions)) {
    rows += test.added + outage.added;
  }
  return rows;
}

it("reads or refuses whatever the bytes of a file become, and never falls", hours, async () => {
  await fc.assert(fc.asyncProperty(mutatedFile, readOrRefuse), { numRuns });
});

it(
  "reads or refuses whatever the values of a document become, and never falls",
  hours,
  async () => {
    await fc.assert(fc.asyncProperty(mutatedDocument, readOrRefuse), { numRuns });
  },
);
