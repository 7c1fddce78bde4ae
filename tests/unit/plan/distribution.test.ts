import { describe, expect, it } from "vitest";
import type {
  CompiledGraph,
  CompiledOperation,
  CompiledTable,
} from "../../../runner/compile/compiled-graph.ts";
import { distributionProblems } from "../../../runner/compile/settings/distribution-problems.ts";
import { parsePostgresSettings } from "../../../runner/compile/settings/postgres-settings.ts";
import type { Citus, TableDistribution } from "../../../runner/database/warehouse/citus.ts";
import type {
  WarehouseRelation,
  WarehouseState,
} from "../../../runner/database/warehouse/warehouse-state.ts";
import { RunnerError } from "../../../runner/errors.ts";
import { buildExecutionGraph } from "../../../runner/plan/build.ts";
import { distributionChange, distributionNotes } from "../../../runner/plan/distribution/notes.ts";
import type { RunConfig } from "../../../runner/plan/run-config.ts";
import { distributeStatement } from "../../../runner/relation/distribution.ts";
import { targetKey } from "../../../runner/target.ts";

const target = (name: string) => ({ schema: "shop", name });

function table(
  name: string,
  postgres: Record<string, unknown>,
  more: Partial<CompiledTable> = {},
): CompiledTable {
  const { settings } = parsePostgresSettings(postgres);
  const fileName = `definitions/${name}.sqlx`;
  return {
    target: target(name),
    enumType: "TABLE",
    fileName,
    query: "select 1",
    settings,
    ...more,
  };
}

const incremental = { enumType: "INCREMENTAL" as const };

function onCitus(
  tables: Record<string, TableDistribution | "local"> = {},
  problems: string[] = [],
): WarehouseState {
  const keys = Object.keys(tables).map((name) => targetKey(target(name)));
  const spread = Object.entries(tables).flatMap(([name, each]) =>
    each === "local" ? [] : [[targetKey(target(name)), each] as const],
  );
  const citus: Citus = { version: "13.2-1", tables: new Map(spread), problems };
  const relations = keys.map((key): [string, WarehouseRelation] => [
    key,
    { kind: "table", columns: [] },
  ]);
  return { schemas: new Set(["shop"]), relations: new Map(relations), citus };
}

const withoutCitus: WarehouseState = { schemas: new Set(), relations: new Map() };

function build(
  tables: CompiledTable[],
  state = onCitus(),
  config: RunConfig = {},
  operations: CompiledOperation[] = [],
) {
  const graph: CompiledGraph = { projectConfig: {}, tables, operations };
  return buildExecutionGraph(graph, state, config).actions;
}

function refusal(work: () => unknown): { message: string; hint: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof RunnerError && error.code === "UNSUPPORTED_ACTION") {
      return { message: error.message, hint: error.hint ?? "" };
    }
    throw error;
  }
  return { message: "", hint: "" };
}

describe("the settings", () => {
  it.each([
    [{ distributedBy: "a", colocateWith: "x.t" }, []],
    [{ reference: false }, []],
    [{ distributedBy: 5 }, ["postgres.distributedBy must be a text that is not empty, and is 5"]],
    [{ distributedBy: "a", shardCount: 0 }, ["postgres.shardCount must be a whole number from 1"]],
    [{ reference: "yes" }, ["postgres.reference must be true or false"]],
    [{ reference: true, distributedBy: "a" }, ["postgres.reference copies all rows to every node"]],
    [{ shardCount: 4 }, ["postgres.shardCount means nothing without postgres.distributedBy"]],
    [
      { distributedBy: "a", colocateWith: "t", shardCount: 4 },
      ["postgres.colocateWith gives the table as many shards"],
    ],
    [{ distributeBy: "a" }, ['Unexpected property "distributeBy" in postgres; did you mean']],
  ])("%j", (postgres, wanted) => {
    const { problems } = parsePostgresSettings(postgres);
    expect(problems).toHaveLength(wanted.length);
    for (const [index, start] of wanted.entries()) expect(problems[index]).toContain(start);
  });

  it("name a table of the project, another one, and no view", () => {
    const graph: CompiledGraph = {
      projectConfig: {},
      tables: [
        table("orders", {}),
        table("lines", {}),
        { ...table("seen", {}), enumType: "VIEW" as const },
      ],
    };
    const problems = (colocateWith: string) =>
      distributionProblems(
        { type: "table", action: graph.tables?.[0] as CompiledTable },
        parsePostgresSettings({ distributedBy: "a", colocateWith }).settings,
        graph,
      );
    expect(problems("lines")).toEqual([]);
    expect(problems("line")).toEqual([
      'postgres.colocateWith: no single action or declaration is named "line"; did you mean lines?',
    ]);
    expect(problems("orders")[0]).toContain("names the table itself");
    expect(problems("seen")[0]).toContain("is a view");
  });
});

describe("the plan", () => {
  const both = [
    table("orders", { distributedBy: "customer_id", colocateWith: "customers" }),
    table("customers", { distributedBy: "id", primaryKey: ["id"] }),
    table("countries", { reference: true }),
  ];

  it("takes no notice of the settings without Citus, whatever Citus would refuse", () => {
    const refused = table("bad", { distributedBy: "a", primaryKey: ["id"] }, incremental);
    const actions = build([...both, refused], withoutCitus);
    expect(actions.map(({ distribution }) => distribution)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const plain = [...both, refused].map(({ settings, ...each }) => {
      const { distribution: _, ...others } = settings ?? {};
      return { ...each, settings: others } as CompiledTable;
    });
    expect(actions).toEqual(build(plain, withoutCitus));
  });

  it("says how each table is spread, and makes a table wait for the one beside it", () => {
    const actions = build(both);
    expect(actions.flatMap((action) => distributionChange(action)).sort()).toEqual([
      "countries would be a reference table (all rows on every node)",
      "customers would be distributed by id",
      "orders would be distributed by customer_id, together with customers",
    ]);
    const names = actions.map(({ target: { name } }) => name);
    expect(names.indexOf("customers")).toBeLessThan(names.indexOf("orders"));
  });

  it("says what would change, and what stays", () => {
    const one = { column: "id", colocation: "1", shardCount: 32 };
    const state = onCitus({ orders: one, customers: one, countries: "local", made: one });
    const actions = build([...both, table("made", {})], state);
    const of = (name: string) => actions.find((action) => action.target.name === name);
    const said = (name: string) => {
      const action = of(name);
      return action && [...distributionChange(action), ...distributionNotes(action)];
    };
    expect(said("orders")).toEqual([
      "orders would be distributed by customer_id, together with customers (now it is distributed by id, in 32 shards)",
    ]);
    expect(said("customers")).toEqual(["distributed by id"]);
    expect(said("countries")).toEqual([
      "countries would be a reference table (all rows on every node) (now it is local)",
    ]);
    expect(said("made")).toEqual(["distributed by id"]);
  });

  it("warns of values that each node computes for itself", () => {
    const [action] = build([
      table("t", { distributedBy: "a" }, { query: "select a, now() as at from s" }),
    ]);
    expect(action && distributionNotes(action)[0]).toContain("now() is computed on each node");
  });
});

describe("what Citus cannot do is refused by name", () => {
  const key = { distributedBy: "app" };
  const cases: [string, CompiledTable, string][] = [
    ["a primary key", table("t", { ...key, primaryKey: ["id"] }), "postgres.primaryKey (id)"],
    [
      "a unique index",
      table("t", { ...key, indexes: [{ columns: ["id desc"], unique: true, name: "u" }] }),
      "the unique index u in postgres.indexes (id)",
    ],
    [
      "a unique key",
      table("t", key, { ...incremental, uniqueKey: ["id"] }),
      'uniqueKey (id), which lacks "app"',
    ],
    ["statistics", table("t", { ...key, statistics: { id: 100 } }), "postgres.statistics"],
    ["a tablespace", table("t", { reference: true, tablespace: "x" }), "postgres.tablespace"],
    [
      "a merge into a reference table",
      table("t", { reference: true }, { ...incremental, uniqueKey: ["id"] }),
      "a reference table cannot be the target of a merge",
    ],
    [
      "a partitioned reference table",
      table("t", { reference: true, partitionBy: { column: "day", range: "month" } }),
      "postgres.reference and postgres.partitionBy",
    ],
    [
      "a foreign key to a local table",
      table("t", { ...key, foreignKeys: [{ columns: ["o"], references: "other" }] }),
      "neither a reference table nor distributed",
    ],
    [
      "a foreign key to a distributed table without its column",
      table("t", { ...key, foreignKeys: [{ columns: ["o"], references: "spread" }] }),
      "without the columns by which both are distributed (app and app)",
    ],
    [
      "a foreign key to a table that is not beside it",
      table("t", {
        ...{ ...key, shardCount: 4 },
        foreignKeys: [{ columns: ["app", "id"], references: "spread" }],
      }),
      "not colocated",
    ],
    [
      "a foreign key from a local table",
      table("t", { foreignKeys: [{ columns: ["app"], references: "spread" }] }),
      "which is distributed, and this table is not",
    ],
    [
      "transaction numbers of a distributed table",
      table("t", { follows: { spread: { columns: ["app"], appendOnly: "xid" } } }, incremental),
      'appendOnly: "xid" of shop.spread, which is distributed',
    ],
  ];
  const others = [
    table("other", {}),
    table("spread", { ...key, primaryKey: ["app", "id"] }),
    table("small", { reference: true }),
  ];

  it.each(cases)("%s", (_, refused, wanted) => {
    const { message, hint } = refusal(() => build([...others, refused]));
    expect(message).toContain("definitions/t.sqlx: shop.t has ");
    expect(message).toContain(wanted);
    expect(hint).not.toBe("");
  });

  it("conditions of a merge that change with time", () => {
    const refused = table("t", key, {
      ...incremental,
      uniqueKey: ["app"],
      bigquery: { incrementalPredicates: ["day > current_date - 3"] },
    });
    const { message } = refusal(() =>
      build([refused], onCitus({ t: { column: "app", colocation: "1", shardCount: 8 } })),
    );
    expect(message).toContain("day > current_date - 3, whose value changes");
  });

  it("another distribution of rows that stay, unless all are made anew", () => {
    const state = onCitus({ t: { column: "id", colocation: "1", shardCount: 8 } });
    const kept = table("t", key, incremental);
    const { message, hint } = refusal(() => build([kept], state));
    expect(message).toBe(
      "definitions/t.sqlx: shop.t is distributed by id, in 8 shards in the database and distributed by app by its settings",
    );
    expect(hint).toContain("--full-refresh");
    expect(refusal(() => build([kept], state, { fullRefresh: true })).message).toBe("");
    expect(
      refusal(() => build([{ ...kept, protected: true }], state, { fullRefresh: true })).hint,
    ).toContain("by hand");
    expect(refusal(() => build([table("t", key)], state)).message).toBe("");
  });

  it("nodes that do not fit together, where something is distributed", () => {
    const state = onCitus({}, ["the node a:1 has PostgreSQL 16, and the coordinator 15"]);
    expect(refusal(() => build([table("t", key)], state)).message).toContain("the node a:1");
    expect(refusal(() => build([table("t", {})], state)).message).toBe("");
  });

  it("all of it at once, and only of what runs", () => {
    const bad = cases
      .slice(0, 2)
      .map(([, each], index) => ({ ...each, target: target(`b${index}`) }));
    expect(refusal(() => build(bad)).message.split("\n")).toHaveLength(2);
    expect(
      refusal(() => build([...bad, ...others], onCitus(), { actions: ["small"] })).message,
    ).toBe("");
  });

  it("and what it can do is not", () => {
    const fine = table(
      "t",
      {
        ...{ ...key, primaryKey: ["app", "id"] },
        indexes: [{ columns: ["app desc", "name"], unique: true }, { columns: ["name"] }],
        foreignKeys: [
          { columns: ["c"], references: "small" },
          { columns: ["app", "o"], references: "spread" },
        ],
      },
      { ...incremental, uniqueKey: ["app", "id"] },
    );
    expect(refusal(() => build([...others, fine])).message).toBe("");
  });
});

it("the call that spreads a table quotes what it names", () => {
  const beside = { schema: "s'p", name: "o" };
  expect(distributeStatement('"a"."b"', { column: "k'y", colocateWith: beside })).toBe(
    `select create_distributed_table('"a"."b"', 'k''y', colocate_with => '"s''p"."o"')`,
  );
  expect(distributeStatement('"a"."b"', { column: "k", shardCount: 4 })).toContain(
    "shard_count => 4",
  );
  expect(distributeStatement('"a"."b"', {})).toBe(`select create_reference_table('"a"."b"')`);
});
