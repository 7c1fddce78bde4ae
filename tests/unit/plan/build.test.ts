import { describe, expect, it } from "vitest";
import type { CompiledGraph, CompiledTable } from "../../../runner/compile/compiled-graph.ts";
import type {
  WarehouseRelation,
  WarehouseState,
} from "../../../runner/database/warehouse/warehouse-state.ts";
import { RunnerError } from "../../../runner/errors.ts";
import { buildExecutionGraph } from "../../../runner/plan/build.ts";
import type { PublishTask } from "../../../runner/plan/publish-task.ts";
import type { RunConfig } from "../../../runner/plan/run-config.ts";
import type { RelationKind } from "../../../runner/target.ts";
import { targetKey } from "../../../runner/target.ts";

const target = (name: string) => ({ schema: "shop", name });

function table(name: string, more: Partial<CompiledTable> = {}): CompiledTable {
  return {
    target: target(name),
    enumType: "TABLE",
    fileName: `definitions/${name}.sqlx`,
    query: `select '${name}'`,
    ...more,
  };
}

function state(existing: Record<string, RelationKind> = {}): WarehouseState {
  const relations = Object.entries(existing).map(
    ([name, kind]) =>
      [targetKey(target(name)), { kind, columns: [] }] as [string, WarehouseRelation],
  );
  return { schemas: new Set(relations.length > 0 ? ["shop"] : []), relations: new Map(relations) };
}

function build(graph: Partial<CompiledGraph>, existing = state(), config: RunConfig = {}) {
  return buildExecutionGraph({ projectConfig: {}, ...graph }, existing, config);
}

function publishOf(compiled: CompiledTable, existing?: WarehouseState, config?: RunConfig) {
  const [action] = build({ tables: [compiled] }, existing, config).actions;
  return action?.tasks.find((task): task is PublishTask => task.type === "publish");
}

describe("the plan of a table", () => {
  it("creates a table that is not there and replaces the rows of one that is", () => {
    expect(publishOf(table("orders"))?.strategy).toBe("create");
    expect(publishOf(table("orders"), state({ orders: "table" }))?.strategy).toBe("replace");
  });

  it("drops a view that stands in its place", () => {
    expect(publishOf(table("orders"), state({ orders: "view" }))).toMatchObject({
      strategy: "create",
      dropFirst: "view",
    });
  });

  it("runs pre- and post-operations around it and leaves blank ones out", () => {
    const compiled = table("orders", { preOps: ["select 1", "  \n"], postOps: ["select 2"] });
    const [action] = build({ tables: [compiled] }).actions;
    expect(action?.tasks.map((task) => task.statement)).toEqual([
      "select 1",
      "select 'orders'",
      "select 2",
    ]);
  });
});

describe("the plan of an incremental table", () => {
  const incremental = (more: Partial<CompiledTable> = {}) =>
    table("orders", {
      enumType: "INCREMENTAL",
      incrementalQuery: "select 'new'",
      preOps: ["select 'whole'"],
      incrementalPreOps: ["select 'part'"],
      ...more,
    });

  it("is built whole when it is not there", () => {
    expect(publishOf(incremental())).toMatchObject({
      strategy: "create",
      statement: "select 'orders'",
    });
  });

  it("is built whole when a view stands in its place", () => {
    expect(publishOf(incremental(), state({ orders: "view" }))).toMatchObject({
      strategy: "create",
      dropFirst: "view",
    });
  });

  it("appends without a unique key and merges with one, from the incremental query", () => {
    const there = state({ orders: "table" });
    expect(publishOf(incremental(), there)).toMatchObject({
      strategy: "append",
      statement: "select 'new'",
    });
    expect(publishOf(incremental({ uniqueKey: ["id"] }), there)?.strategy).toBe("merge");
  });

  it("uses the incremental pre-operations only when it is not built whole", () => {
    const first = (existing?: WarehouseState) =>
      build({ tables: [incremental()] }, existing).actions[0]?.tasks[0]?.statement;
    expect(first()).toBe("select 'whole'");
    expect(first(state({ orders: "table" }))).toBe("select 'part'");
  });

  it("is rebuilt by a full refresh unless it is protected", () => {
    const there = state({ orders: "table" });
    const full = { fullRefresh: true };
    expect(publishOf(incremental(), there, full)?.strategy).toBe("replace");
    expect(publishOf(incremental({ protected: true }), there, full)?.strategy).toBe("append");
  });

  it("applies the deprecated incremental_where block", () => {
    const compiled = incremental({ where: "id > 1" });
    expect(publishOf(compiled, state({ orders: "table" }))?.statement).toMatch(/where id > 1$/);
  });

  it("refuses a strategy that it does not know instead of doing another", () => {
    const compiled = incremental({ incrementalStrategy: "MICROBATCH" });
    expect(() => publishOf(compiled, state({ orders: "table" }))).toThrow(/MICROBATCH/);
  });
});

describe("the plan of a graph", () => {
  const graph = {
    tables: [
      table("report", { dependencyTargets: [target("orders")], enumType: "VIEW", tags: ["daily"] }),
      table("orders", { dependencyTargets: [target("source")] }),
      table("off", { disabled: true }),
    ],
    assertions: [
      {
        target: { schema: "checks", name: "shop_orders_assertions_uniqueKey_0" },
        parentAction: target("orders"),
        dependencyTargets: [target("orders")],
        query: 'select "id" from x group by "id"\nhaving count(*) > 1',
        rule: { uniqueKey: ['"id"'] },
      },
    ],
    declarations: [{ target: target("source") }],
  } satisfies Partial<CompiledGraph>;

  it("stands in graph order, with dependencies inside the run only", () => {
    const { actions } = build(graph);
    expect(actions.map((action) => action.target.name)).toEqual([
      "orders",
      "off",
      "report",
      "shop_orders_assertions_uniqueKey_0",
    ]);
    expect(actions[0]?.dependencyTargets).toEqual([]);
  });

  it("creates the schemas that are missing, and only for actions that run", () => {
    expect(build(graph).schemas).toEqual(["checks", "shop"]);
    expect(build(graph, state({ orders: "table" })).schemas).toEqual(["checks"]);
    expect(build({ tables: [table("off", { disabled: true })] }).schemas).toEqual([]);
  });

  it("gives a disabled action no tasks", () => {
    expect(build(graph).actions.find(({ target: { name } }) => name === "off")).toMatchObject({
      disabled: true,
      tasks: [],
    });
  });

  it("names the rule of a built-in assertion by its columns", () => {
    const assertion = build(graph).actions.find(({ type }) => type === "assertion");
    expect(assertion?.tasks[0]).toMatchObject({
      rule: "uniqueKey (id)",
      checks: target("orders"),
    });
  });

  it("drops no table for an assertion of its name, as Dataform does not", () => {
    const fileName = "definitions/valid.sqlx";
    const assertions = [{ target: target("valid"), fileName, query: "select 1 where false" }];
    const failure = caught(() => build({ assertions }, state({ valid: "table" })));
    expect(failure.code).toBe("UNSUPPORTED_ACTION");
    expect(failure.message).toContain(`${fileName}: the assertion shop.valid`);
    expect(build({ assertions }, state({ valid: "view" })).actions).toHaveLength(1);
  });

  it("selects by name, schema.name, wildcard and tag, with dependencies and dependents", () => {
    const names = (config: RunConfig) =>
      build(graph, state(), { assertions: false, ...config }).actions.map(
        (action) => action.target.name,
      );
    expect(names({ actions: ["orders"] })).toEqual(["orders"]);
    expect(names({ actions: ["shop.orders"] })).toEqual(["orders"]);
    expect(names({ actions: ["undefined.shop.orders"] })).toEqual(["orders"]);
    expect(names({ actions: ["shop.o*"] })).toEqual(["orders", "off"]);
    expect(names({ tags: ["daily"] })).toEqual(["report"]);
    expect(names({ tags: ["daily"], includeDependencies: true })).toEqual(["orders", "report"]);
    expect(names({ actions: ["orders"], includeDependents: true, assertions: true })).toHaveLength(
      3,
    );
  });

  it("refuses a name that matches nothing, with the nearest one", () => {
    const failure = caught(() => build(graph, state(), { actions: ["ordres"] }));
    expect(failure.code).toBe("SELECTION_EMPTY");
    expect(failure.hint).toContain("orders");
  });

  it("refuses an unknown tag and names the known ones", () => {
    expect(caught(() => build(graph, state(), { tags: ["weekly"] })).hint).toContain("daily");
  });

  it("refuses a cycle with its path", () => {
    const looped = {
      tables: [
        table("a", { dependencyTargets: [target("b")] }),
        table("b", { dependencyTargets: [target("a")] }),
      ],
    };
    const failure = caught(() => build(looped));
    expect(failure.code).toBe("DEPENDENCY_CYCLE");
    expect(failure.message).toContain("shop.a → shop.b → shop.a");
  });
});

function caught(work: () => unknown): RunnerError {
  try {
    work();
  } catch (error) {
    if (error instanceof RunnerError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
