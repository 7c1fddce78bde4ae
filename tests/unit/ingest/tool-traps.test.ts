import { expect, it } from "vitest";
import { readRows } from "../../support/ingested.ts";

const start = "2026-01-05T10:00:00Z";

/** The outcomes of a file's results, or why there are none. */
async function outcomes(name: string, content: string | object) {
  const rows = await readRows(name, content);
  return rows.map((row) => (typeof row === "string" ? row : row.status));
}

it("proves nothing by a dry run of Chaos Toolkit, nor by a hypothesis without probes", async () => {
  const met = (steady_state_met: boolean, probes: object[] = [{}]) => ({
    steady_state_met,
    probes,
  });
  const journal = (after: object, dry: unknown, deviated = false) => ({
    ...{
      "chaoslib-version": "1.44.0",
      status: "completed",
      deviated,
      run: [],
      rollbacks: [],
      start,
    },
    experiment: { title: "t", method: [], dry },
    steady_states: { before: met(true), after, during: [] },
  });
  const read = async (...given: Parameters<typeof journal>) =>
    (await outcomes("journal.json", journal(...given)))[0];
  expect(await read(met(true), "actions")).toBe("inconclusive");
  expect(await read(met(false), "activities", true)).toBe("inconclusive");
  expect(await read(met(false), true)).toBe("inconclusive");
  // the pauses alone are left out: the fault was there
  expect(await read(met(true), "pause")).toBe("passed");
  expect(await read(met(false), "Dry.PAUSE", true)).toBe("failed");
  expect(await read(met(true), null)).toBe("passed");
  expect(await read(met(true, []), null)).toBe("inconclusive");
});
