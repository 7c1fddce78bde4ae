import { describe, expect, it } from "vitest";
import { closure, createDag, findCycle, topologicalOrder } from "../../../runner/graph/dag.ts";
import { prune } from "../../../runner/graph/prune.ts";

const chain = createDag(
  new Map([
    ["d", ["c"]],
    ["c", ["b", "outside"]],
    ["b", ["a"]],
    ["a", []],
    ["alone", []],
  ]),
);

describe("a graph", () => {
  it("puts every parent before its children and leaves nothing out", () => {
    const order = topologicalOrder(chain);
    expect(order).toHaveLength(5);
    for (const [node, parents] of chain.parents) {
      for (const parent of parents) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(node));
    }
  });

  it("ignores parents that are no nodes", () => {
    expect(chain.parents.get("c")).toEqual(new Set(["b"]));
  });

  it("finds ancestors and descendants", () => {
    expect(closure(chain, ["c"], "parents")).toEqual(new Set(["c", "b", "a"]));
    expect(closure(chain, ["c"], "children")).toEqual(new Set(["c", "d"]));
  });

  it("names a cycle with its first node at both ends, and only the nodes on it", () => {
    const looped = createDag(
      new Map([
        ["tail", ["a"]],
        ["a", ["c"]],
        ["b", ["a"]],
        ["c", ["b"]],
      ]),
    );
    const cycle = findCycle(looped) ?? [];
    expect(cycle[0]).toBe(cycle.at(-1));
    expect(new Set(cycle)).toEqual(new Set(["a", "b", "c"]));
  });

  it("finds no cycle where there is none", () => {
    expect(findCycle(chain)).toBeUndefined();
  });
});

describe("pruning", () => {
  it("keeps the order through nodes that are left out", () => {
    const kept = prune(chain, {
      selected: new Set(["d", "a"]),
      includeParents: false,
      includeChildren: false,
    });
    expect(kept.nodes).toEqual(["a", "d"]);
    expect(kept.parents.get("d")).toEqual(new Set(["a"]));
  });

  it("takes ancestors and descendants along when asked", () => {
    const both = prune(chain, {
      selected: new Set(["c"]),
      includeParents: true,
      includeChildren: true,
    });
    expect(new Set(both.nodes)).toEqual(new Set(["a", "b", "c", "d"]));
  });
});
