import fc from "fast-check";
import { expect, it } from "vitest";
import { ingestEntry } from "../../../ingest/ingest-file.ts";
import { plainOptions } from "../../support/ingested.ts";
import { chunksOf, type MutatedFile, mutatedFile } from "../../support/mutated-files.ts";
import { mutatedDocument } from "../../support/mutated-values.ts";

// INGEST_FUZZ_RUNS=1000000 is the long form
const numRuns = Number(process.env.INGEST_FUZZ_RUNS ?? 500);
const hours = { timeout: 36_000_000 };

async function readOrRefuse(file: MutatedFile): Promise<void> {
  const entry = { name: file.name, chunks: chunksOf(file) };
  const report = await ingestEntry(entry, false, undefined, plainOptions);
  expect(report.refused !== undefined && report.loaded > 0).toBe(false);
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
