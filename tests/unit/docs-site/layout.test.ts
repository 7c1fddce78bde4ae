import { describe, expect, it } from "vitest";
import { layout } from "../../../runner/docs-site/layout/layout.ts";

/** A graph by what each node reads. */
function linksOf(parents: number[][]) {
  const children = parents.map((_, node) =>
    parents.flatMap((all, child) => (all.includes(node) ? [child] : [])),
  );
  return { parents, children };
}

/** Nodes of a layer that stand nearer than a row. */
function overlaps(places: { x: number; y: number }[]) {
  const sorted = [...places].sort((one, other) => one.x - other.x || one.y - other.y);
  return sorted.filter(({ x, y }, index) => {
    const before = sorted[index - 1];
    return before?.x === x && y - before.y < 30;
  });
}

describe("the layout of the graph", () => {
  it("places what is read to the left of its readers, and no node on another", () => {
    const parents = Array.from({ length: 400 }, (_, node) =>
      node < 12 ? [] : [node - 12, Math.floor(node / 3), node - 1 - (node % 7)],
    );
    const places = layout(linksOf(parents));
    for (const [node, all] of parents.entries()) {
      for (const parent of all) expect(places[parent]?.x).toBeLessThan(places[node]?.x ?? 0);
    }
    expect(overlaps(places)).toEqual([]);
  });

  it("sets a chain on one line, and nodes without links below the others", () => {
    const places = layout(linksOf([[], [0], [1], []]));
    expect(new Set(places.slice(0, 3).map(({ y }) => y)).size).toBe(1);
    expect(places[3]?.y).toBeGreaterThan(places[0]?.y ?? 0);
  });

  it("ends with a cycle, with one node, and with none", () => {
    expect(layout(linksOf([[1], [2], [0]]))).toHaveLength(3);
    expect(layout(linksOf([[]]))).toHaveLength(1);
    expect(layout(linksOf([]))).toEqual([]);
  });
});
