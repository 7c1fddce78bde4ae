import { describe, expect, it } from "vitest";
import type { ExecutionAction, ExecutionGraph } from "../../../runner/plan/execution-graph.ts";
import type { PublishTask } from "../../../runner/plan/publish-task.ts";
import { formatPlan } from "../../../runner/report/plan/format-plan.ts";
import { everythingHostile } from "./sample-run.ts";

function action(name: string, given: Partial<ExecutionAction>): ExecutionAction {
  return {
    target: { schema: "silver", name },
    type: "table",
    fileName: `definitions/${name}.sqlx`,
    tags: [],
    dependencyTargets: [],
    disabled: false,
    tasks: [],
    ...given,
  };
}

const graph: ExecutionGraph = {
  schemas: ["silver", "checks"],
  actions: [
    action("stg_tests", {
      type: "incremental",
      tags: ["daily"],
      dependencyTargets: [{ schema: "bronze", name: "raw" }],
      tasks: [
        { type: "statement", statement: "set local work_mem to '64MB'" },
        {
          type: "publish",
          strategy: "create",
          statement: "\n\nselect\n\tid\nfrom bronze.raw\n\n",
          dropFirst: "view",
          uniqueKey: ["id", "day"],
        },
      ],
    }),
    action("unique", {
      type: "assertion",
      tasks: [
        {
          type: "assertion",
          statement: "select 1 where false",
          rule: "uniqueKey (id)",
          checks: { schema: "silver", name: "stg_tests" },
        },
      ],
    }),
    action("old", { type: "view", disabled: true }),
  ],
};

describe("formatPlan", () => {
  it("shows what each action would do, in order, with its SQL", () => {
    expect(formatPlan(graph)).toBe(
      `3 actions would run.
schemas to create: silver, checks

1. incremental  silver.stg_tests                  definitions/stg_tests.sqlx
   tags: daily
   after: bronze.raw
   statement:
       set local work_mem to '64MB'
   drops first: the view of that name
   publish: create, first build by key (id, day)
       select
           id
       from bronze.raw

2. assertion    silver.stg_tests: uniqueKey (id)  definitions/unique.sqlx
   assertion: uniqueKey (id) on silver.stg_tests
       select 1 where false

3. view         silver.old                        definitions/old.sqlx
   disabled: nothing is done
`,
    );
  });

  it("names every strategy", () => {
    const lines = (["create", "replace", "append", "merge", "view"] as const).map((strategy) => {
      const task = {
        type: "publish" as const,
        strategy,
        statement: "select 1",
        uniqueKey: strategy === "merge" ? ["id"] : [],
        onSchemaChange: "IGNORE" as const,
      };
      const text = formatPlan({ schemas: [], actions: [action("a", { tasks: [task] })] });
      return text
        .split("\n")
        .find((line) => line.includes("publish:"))
        ?.trim();
    });
    expect(lines).toEqual([
      "publish: create, first build",
      "publish: replace, all rows new",
      "publish: append, rows added, on schema change: ignore",
      "publish: merge, rows updated or added by key (id), on schema change: ignore",
      "publish: view, definition replaced",
    ]);
  });

  it.each<[Partial<PublishTask>, string]>([
    [
      {
        strategy: "overwrite",
        slice: { column: "day", expression: `date_trunc('month', "day")`, grain: "month" },
        existingRows: ["value > 1"],
        partitioning: { key: '"day"', by: { range: "month" }, retention: "2 years" },
      },
      `publish: overwrite, slices with new rows replaced by date_trunc('month', "day"), only rows with value > 1, partitioned by ranges of "day", each one month, kept for 2 years, on schema change: ignore`,
    ],
    [
      { strategy: "create", partitioning: { key: '"id"', by: { range: 1000 } } },
      'publish: create, first build, partitioned by ranges of "id", each 1000',
    ],
    [
      { strategy: "replace", partitioning: { key: '"id"', by: { hash: 4 } } },
      'publish: replace, all rows new, partitioned by 4 hashes of "id"',
    ],
    [
      { strategy: "replace", partitioning: { key: '"part"', by: "list" } },
      'publish: replace, all rows new, partitioned by values of "part"',
    ],
    [{ strategy: "materialized" }, "publish: materialized view, first build"],
    [
      { strategy: "materialized", refresh: "concurrent" },
      "publish: materialized view, refreshed while readers go on",
    ],
    [
      { strategy: "materialized", refresh: "plain" },
      "publish: materialized view, swapped for a new one or, where that cannot be, refreshed while readers wait (no unique index on columns, or no rows yet)",
    ],
    [
      { strategy: "materialized", refresh: "plain", replace: "inPlace" },
      "publish: materialized view, refreshed while readers wait (no unique index on columns, or no rows yet)",
    ],
    [
      { strategy: "materialized", refresh: "concurrent", replace: "swap" },
      "publish: materialized view, swapped for a new one",
    ],
  ])("says how rows are replaced: %j", (given, expected) => {
    const task = {
      type: "publish",
      strategy: "create",
      statement: "select 1",
      uniqueKey: [],
      onSchemaChange: "IGNORE",
      ...given,
    } as PublishTask;
    const text = formatPlan({ schemas: [], actions: [action("a", { tasks: [task] })] });
    expect(text).toContain(`   ${expected}\n`);
  });

  it("shows an empty plan", () => {
    expect(formatPlan({ schemas: [], actions: [] })).toBe("0 actions would run.\n");
  });

  it("writes terminal escapes out and shows a statement of a megabyte as it is", () => {
    const statement = `select '${everythingHostile}', '${"x".repeat(1_000_000)}'`;
    const text = formatPlan({
      schemas: [everythingHostile],
      actions: [action(everythingHostile, { tasks: [{ type: "statement", statement }] })],
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text).toContain("x".repeat(1_000_000));
  });
});
