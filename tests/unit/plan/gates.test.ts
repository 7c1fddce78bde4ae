import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledAssertion, CompiledGraph } from "../../../runner/compile/compiled-graph.ts";
import { parsePostgresSettings } from "../../../runner/compile/settings/postgres-settings.ts";
import { buildExecutionGraph } from "../../../runner/plan/build.ts";
import type { ExecutionAction } from "../../../runner/plan/execution-graph.ts";
import type { RunConfig } from "../../../runner/plan/run-config.ts";
import { targetKey } from "../../../runner/target.ts";

const target = (name: string) => ({ schema: "shop", name });

function table(name: string, ...parents: string[]) {
  const query = `select '${name}'`;
  return { target: target(name), query, dependencyTargets: parents.map(target) };
}

function assertion(name: string, parents: string[], more: Partial<CompiledAssertion> = {}) {
  const query = parents.map((parent) => `select * from "shop"."${parent}"`).join(" union all ");
  return { target: target(name), query, dependencyTargets: parents.map(target), ...more };
}

function build(graph: Partial<CompiledGraph>, config: RunConfig = {}, existing: string[] = []) {
  const relations = new Map(
    existing.map((name) => [targetKey(target(name)), { kind: "table" as const, columns: [] }]),
  );
  const state = { schemas: new Set(["shop"]), relations };
  return buildExecutionGraph({ projectConfig: {}, ...graph }, state, config).actions;
}

function gatesOf(graph: Partial<CompiledGraph>, config?: RunConfig) {
  return build(graph, config).flatMap(({ target: { name }, gates = [] }) =>
    gates.map((gate) => `${name}: ${gate.target.name}`),
  );
}

describe("the gates of a plan", () => {
  it("are the assertions of a config block and those that depend on one table alone", () => {
    const graph = {
      tables: [table("a"), table("b")],
      declarations: [{ target: target("source") }],
      assertions: [
        assertion("built_in", ["a"], { parentAction: target("a") }),
        assertion("own", ["b"]),
        assertion("with_source", ["b", "source"]),
        assertion("both", ["a", "b"]),
        assertion("unrelated", []),
      ],
    };
    expect(gatesOf(graph)).toEqual(["a: built_in", "b: own", "b: with_source"]);
  });

  it.each([
    ["warns", { settings: parsePostgresSettings({ severity: "warn" }).settings }],
    ["is disabled", { disabled: true }],
    ["is made by code", { jitCode: "async () => ''" }],
    ["does not name its table", { query: "select * from shop.view_on_a" }],
    ["names a table whose name only begins like it", { query: 'select * from "shop"."a2"' }],
  ])("leave out an assertion that %s", (_, more) => {
    expect(gatesOf({ tables: [table("a")], assertions: [assertion("x", ["a"], more)] })).toEqual(
      [],
    );
  });

  it.each(['"shop"."a"', "shop.a", 'Shop."a"', 'SHOP . A where "A" = 1'])(
    "know the table as %s",
    (name) => {
      const query = `select 1 from ${name}`;
      const assertions = [assertion("x", ["a"], { query })];
      expect(gatesOf({ tables: [table("a")], assertions })).toEqual(["a: x"]);
    },
  );

  it("are on what holds rows: not on a view, not on an operation, not on what is disabled", () => {
    const graph = {
      tables: [
        { ...table("view"), enumType: "VIEW" as const },
        { ...table("stored"), enumType: "VIEW" as const, materialized: true },
        { ...table("grown"), enumType: "INCREMENTAL" as const },
        { ...table("off"), disabled: true },
      ],
      operations: [{ target: target("made"), queries: ["select 1"], hasOutput: true }],
      assertions: ["view", "stored", "grown", "off", "made"].map((on) =>
        assertion(`on_${on}`, [on]),
      ),
    };
    expect(gatesOf(graph)).toEqual(["stored: on_stored", "grown: on_grown"]);
  });

  it("are only those that are selected", () => {
    const graph = {
      tables: [table("a")],
      assertions: [
        assertion("built_in", ["a"], { parentAction: target("a") }),
        assertion("own", ["a"]),
      ],
    };
    expect(gatesOf(graph, { actions: ["a"] })).toEqual(["a: built_in"]);
    expect(gatesOf(graph, { actions: ["a", "own"] })).toEqual(["a: built_in", "a: own"]);
    expect(gatesOf(graph, { actions: ["a"], assertions: false })).toEqual([]);
  });

  it("come with what an earlier run rejected, when it is there", () => {
    const graph = { tables: [table("a"), table("b")] };
    expect(build(graph, {}, ["a", "a__rejected"])).toMatchObject([
      { rejected: target("a__rejected") },
      { target: target("b") },
    ]);
    expect(build(graph)[1]).not.toHaveProperty("rejected");
  });
});

describe("the edges of assertions on several tables", () => {
  const names = ["t0", "t1", "t2", "t3", "t4", "t5"];
  const subset = fc.subarray(names, { minLength: 0, maxLength: 3 });
  const graphs = fc.record({
    parents: fc.tuple(...names.map(() => subset)),
    checked: fc.array(fc.subarray(names, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
  });

  it("never close a cycle, hold back whatever may be, and keep everything in order", () => {
    fc.assert(
      fc.property(graphs, ({ parents, checked }) => {
        const tables = names.map((name, index) => {
          const before = names.slice(0, index);
          return table(name, ...(parents[index] ?? []).filter((each) => before.includes(each)));
        });
        const assertions = checked.map((on, index) => assertion(`check${index}`, on));
        const actions = build({ tables, assertions });
        expect(actions).toHaveLength(tables.length + assertions.length);
        expect(outOfOrder(actions)).toEqual([]);
        const several = assertions.filter((each) => each.dependencyTargets.length > 1);
        expect(several.flatMap((check) => notHeldBack(check, tables, actions))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("hold back what reads a table that is not part of the run", () => {
    const graph = {
      tables: [table("a"), table("b"), table("c", "a")],
      assertions: [assertion("check", ["a", "b"])],
    };
    const [check, c] = build(graph, { actions: ["c", "check"] });
    expect(check?.target.name).toBe("check");
    expect(c).toMatchObject({ heldBackBy: [target("check")], target: target("c") });
  });
});

function outOfOrder(actions: readonly ExecutionAction[]): string[] {
  const names = actions.map((each) => each.target.name);
  return actions.flatMap(({ target: { name }, dependencyTargets }, index) =>
    dependencyTargets.some((each) => names.indexOf(each.name) >= index) ? [name] : [],
  );
}

/** Tables that read what an assertion checks, are not needed by it and do not wait for it. */
function notHeldBack(
  check: ReturnType<typeof assertion>,
  tables: ReturnType<typeof table>[],
  actions: readonly ExecutionAction[],
): string[] {
  const needs = new Map(
    actions.map((each) => [each.target.name, each.dependencyTargets.map(({ name }) => name)]),
  );
  const needed = everythingBefore(check.target.name, needs);
  const checked = check.dependencyTargets.map(({ name }) => name);
  const readers = tables.filter((each) =>
    each.dependencyTargets.some(({ name }) => checked.includes(name)),
  );
  return readers
    .map((each) => each.target.name)
    .filter((name) => !needed.has(name) && !needs.get(name)?.includes(check.target.name));
}

function everythingBefore(name: string, needs: ReadonlyMap<string, string[]>): Set<string> {
  const found = new Set<string>();
  const pending = [name];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const parent of needs.get(next) ?? []) {
      if (found.has(parent)) continue;
      found.add(parent);
      pending.push(parent);
    }
  }
  return found;
}
