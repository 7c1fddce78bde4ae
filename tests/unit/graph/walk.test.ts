import { describe, expect, it } from "vitest";
import { createDag, type Dag } from "../../../runner/graph/dag.ts";
import { type WalkOptions, walk } from "../../../runner/graph/walk.ts";

const diamond = createDag(
  new Map([
    ["top", []],
    ["left", ["top"]],
    ["right", ["top"]],
    ["bottom", ["left", "right"]],
    ["last", ["bottom"]],
  ]),
);

/** Walks with a record of everything that happened; `visit` may be replaced. */
async function record(dag: Dag, options: Partial<WalkOptions> = {}) {
  const visited: string[] = [];
  const skipped: [string, string][] = [];
  const cancelled: string[] = [];
  const visit = options.visit ?? (async () => true);
  await walk(dag, {
    concurrency: 4,
    onSkipped: (node, because) => skipped.push([node, because]),
    onCancelled: (node) => cancelled.push(node),
    ...options,
    visit: (node) => {
      visited.push(node);
      return visit(node);
    },
  });
  return { visited, skipped, cancelled };
}

describe("walking a graph", () => {
  it("visits every node once, parents first", async () => {
    const { visited } = await record(diamond);
    expect([...visited].sort()).toEqual(["bottom", "last", "left", "right", "top"]);
    expect(visited[0]).toBe("top");
    expect(visited.slice(3)).toEqual(["bottom", "last"]);
  });

  it("skips every descendant of a failed node once, and names the failed node", async () => {
    const { visited, skipped } = await record(diamond, { visit: async (node) => node !== "left" });
    expect(visited).toEqual(["top", "left", "right"]);
    expect(skipped).toEqual([
      ["bottom", "left"],
      ["last", "left"],
    ]);
  });

  it("accounts for a node below two failed ones once", async () => {
    const { skipped } = await record(diamond, { visit: async (node) => node === "top" });
    expect(skipped.map(([node]) => node)).toEqual(["bottom", "last"]);
  });

  it("never runs more nodes at the same time than it may", async () => {
    const wide = createDag(new Map(Array.from({ length: 20 }, (_, index) => [`n${index}`, []])));
    let running = 0;
    let most = 0;
    await record(wide, {
      concurrency: 3,
      visit: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return true;
      },
    });
    expect(most).toBe(3);
  });

  it("starts nothing after an abort and reports what was not started", async () => {
    const controller = new AbortController();
    const { visited, cancelled } = await record(diamond, {
      signal: controller.signal,
      visit: async (node) => {
        if (node === "top") controller.abort();
        return true;
      },
    });
    expect(visited).toEqual(["top"]);
    expect(new Set(cancelled)).toEqual(new Set(["left", "right", "bottom", "last"]));
  });

  it("ends at once on an empty graph", async () => {
    expect(await record(createDag(new Map()))).toEqual({ visited: [], skipped: [], cancelled: [] });
  });
});
