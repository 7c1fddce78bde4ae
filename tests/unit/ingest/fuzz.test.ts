import fc from "fast-check";
import { expect, it } from "vitest";
import { ingestEntry } from "../../../ingest/ingest-file.ts";
import { plainOptions } from "../../support/ingested.ts";
import { chunksOf, mutatedFile } from "../../support/mutated-files.ts";

// INGEST_FUZZ_RUNS=1000000 is the long form
const numRuns = Number(process.env.INGEST_FUZZ_RUNS ?? 500);

it("reads or refuses whatever files become, and never falls", { timeout: 36_000_000 }, async () => {
  const property = fc.asyncProperty(mutatedFile, async (file) => {
    const entry = { name: file.name, chunks: chunksOf(file) };
    const report = await ingestEntry(entry, false, undefined, plainOptions);
    expect(report.refused !== undefined && report.loaded > 0).toBe(false);
  });
  await fc.assert(property, { numRuns });
});
