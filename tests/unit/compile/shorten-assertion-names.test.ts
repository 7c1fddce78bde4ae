import { expect, it } from "vitest";
import type { CompiledGraph } from "../../../runner/compile/compiled-graph.ts";
import { shortenAssertionNames } from "../../../runner/compile/shorten-assertion-names.ts";

const parent = { schema: "shop", name: "n".repeat(50) };
const long = { schema: "checks", name: `shop_${parent.name}_assertions_rowConditions` };

it("leaves a graph without long names as it is", () => {
  const graph: CompiledGraph = {
    projectConfig: {},
    assertions: [{ target: { schema: "checks", name: "short" }, parentAction: parent }],
  };
  expect(shortenAssertionNames(graph).graph).toBe(graph);
});

it("renames a built-in assertion in every list, and keeps the canonical name", () => {
  const { graph } = shortenAssertionNames({
    projectConfig: {},
    tables: [{ target: parent, dependencyTargets: [long, parent] }],
    operations: [{ target: parent, dependencyTargets: [long] }],
    assertions: [{ target: long, canonicalTarget: long, parentAction: parent }],
    targets: [parent, long],
  });
  const short = graph.assertions?.[0]?.target;
  expect(short?.name).toMatch(/^shop_n{49}_[0-9a-f]{8}$/);
  expect(graph.assertions?.[0]?.canonicalTarget).toEqual(long);
  expect(graph.tables?.[0]?.dependencyTargets).toEqual([short, parent]);
  expect(graph.operations?.[0]?.dependencyTargets).toEqual([short]);
  expect(graph.targets).toEqual([parent, short]);
});

it("shortens a long name that the user chose too, and says so", () => {
  const fileName = "definitions/a.sqlx";
  const graph: CompiledGraph = { projectConfig: {}, assertions: [{ target: long, fileName }] };
  const { graph: shortened, renamed } = shortenAssertionNames(graph);
  const name = shortened.assertions?.[0]?.target.name ?? "";
  expect(Buffer.byteLength(name)).toBe(63);
  expect(renamed).toEqual([expect.stringContaining(`is called ${name} in the database`)]);
});
