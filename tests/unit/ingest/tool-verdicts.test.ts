import { expect, it } from "vitest";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { readRows } from "../../support/ingested.ts";

const start = "2026-01-05T10:00:00Z";
const end = "2026-01-05T10:05:00Z";

/** The outcome of the only result in a document. */
async function statusOf(document: object): Promise<string | null | undefined> {
  return ((await readRows("a.json", document)) as MappedTest[])[0]?.status;
}

it("knows a system that Chaos Toolkit watched and that was not steady during the fault", async () => {
  const state = (steady_state_met: boolean) => ({ steady_state_met, probes: [{}] });
  const read = async (status: string, after: object | null, ...during: boolean[]) => {
    const steady_states = { before: null, after, during: during.map(state) };
    const experiment = { title: "t", method: [] };
    const journal = { "chaoslib-version": "1.44.0", status, deviated: false, run: [], start };
    return await statusOf({ ...journal, experiment, steady_states, rollbacks: [] });
  };
  expect(await read("completed", null, true, true)).toBe("passed");
  expect(await read("completed", null, true, false, true)).toBe("failed");
  // it came back
  expect(await read("completed", state(true), true, false)).toBe("passed");
  // fail-fast ends the run
  expect(await read("failed", state(true), true, false)).toBe("failed");
  expect(await read("failed", null, false)).toBe("failed");
  expect(await read("interrupted", null, true, false)).toBe("error");
});

it("tells a fault of Litmus that failed from one that ChaosCenter calls so, as it did not run to its end", async () => {
  const status = async (experimentStatus: string, verdict?: string) => {
    const chaosResult = verdict && { status: { experimentStatus: { verdict } } };
    const said = { experimentName: "pod-delete", experimentVerdict: "Fail", experimentStatus };
    const nodes = { a: { startedAt: "1767607200", chaosData: { ...said, chaosResult } } };
    return await statusOf({ uid: "u", phase: "Error", nodes });
  };
  expect(await status("Completed_With_Probe_Failure", "Fail")).toBe("failed");
  expect(await status("Completed")).toBe("failed");
  expect(await status("Error", "Error")).toBe("error");
  expect(await status("Completed", "Awaited")).toBe("error");
  expect(await status("stopped")).toBe("error");
  expect(await status("stopped", "Pass")).toBe("error");
  expect(await status("stopped", "Fail")).toBe("failed");
});

it("knows a fault of Chaos Mesh whose injection is no longer among its events", async () => {
  const failed = { operation: "Recover", type: "Failed", timestamp: end, message: "no daemon" };
  const object = (injectedCount: number) => ({
    ...{ apiVersion: "chaos-mesh.org/v1alpha1", kind: "NetworkChaos", spec: { action: "delay" } },
    metadata: { name: "x", namespace: "shop", creationTimestamp: start },
    status: {
      experiment: {
        desiredPhase: "Stop",
        containerRecords: [{ id: "shop/cart", injectedCount, events: [failed, failed] }],
      },
    },
  });
  const times = { start, end };
  expect(await readRows("a.json", object(1))).toMatchObject([{ status: "inconclusive", ...times }]);
  expect(await readRows("a.json", object(0))).toMatchObject([{ status: "error", ...times }]);
});
