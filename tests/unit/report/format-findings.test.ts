import { describe, expect, it } from "vitest";
import type { ExecutionAction, ExecutionGraph } from "../../../runner/plan/execution-graph.ts";
import { formatFindings, summaryOf } from "../../../runner/report/plan/format-findings.ts";
import { planJson } from "../../../runner/report/plan/plan-json.ts";
import type { ActionFinding, PlanFindings } from "../../../runner/results/plan-findings.ts";
import { everythingHostile } from "./sample-run.ts";

function action(name: string, type: ExecutionAction["type"]): ExecutionAction {
  return {
    target: { schema: "shop", name },
    type,
    fileName: `definitions/${name}.sqlx`,
    tags: [],
    dependencyTargets: [],
    disabled: false,
    tasks: [],
  };
}

const checked: Pick<ActionFinding, "status" | "uncheckedStatements" | "columnChanges"> = {
  status: "checked",
  uncheckedStatements: [],
  columnChanges: [],
};

const graph: ExecutionGraph = {
  schemas: ["shop"],
  actions: [action("orders", "table"), action("totals", "view"), action("after", "operation")],
};

const findings: PlanFindings = {
  validated: true,
  actions: [
    {
      ...checked,
      target: { schema: "shop", name: "orders" },
      effect: "rebuild",
      dropsFirst: "view",
      columnChanges: [
        { change: "removed", name: "note", type: "text" },
        { change: "added", name: "price", type: "numeric(8,2)" },
        { change: "retyped", name: "id", from: "integer", to: "bigint" },
      ],
      uncheckedStatements: [{ statement: "do $$ $$", reason: "do is left to the run" }],
    },
    {
      ...checked,
      target: { schema: "shop", name: "totals" },
      effect: "replaceView",
      status: "failed",
      error: {
        message: 'column "note" does not exist',
        sqlstate: "42703",
        statement: "select note from shop.orders",
        position: 8,
      },
    },
    {
      ...checked,
      target: { schema: "shop", name: "after" },
      effect: "run",
      status: "notChecked",
      reason: "shop.totals failed",
    },
  ],
};

describe("formatFindings", () => {
  it("shows what would happen to each action, its columns, and what PostgreSQL refuses", () => {
    expect(formatFindings(graph, findings)).toBe(
      `schemas to create: shop

rebuild       table        shop.orders  definitions/orders.sqlx
      drops the view of that name first
      - note text
      + price numeric(8,2)
      ~ id integer -> bigint
      1 statement: do is left to the run
FAILED        view         shop.totals  definitions/totals.sqlx
      definitions/totals.sqlx
      error: column "note" does not exist (SQLSTATE 42703)
      compiled SQL:
      > 1 | select note from shop.orders
          |        ^
run           operation    shop.after   definitions/after.sqlx
      not checked: shop.totals failed

1 to rebuild, 1 to run, 1 column added, 1 column removed, 1 column retyped, 1 failed, 1 not checked
`,
    );
  });

  it("says why PostgreSQL did not check a plan, once", () => {
    const unchecked = findings.actions.map((each) => ({ ...each, status: "notChecked" as const }));
    const text = formatFindings(graph, {
      validated: false,
      notice: "the role may not create schemas",
      actions: unchecked,
    });
    expect(text.match(/may not create schemas/g)).toHaveLength(1);
    expect(text).not.toContain("not checked");
  });

  it("keeps hostile names and messages from driving the terminal", () => {
    const [first] = findings.actions;
    if (!first) throw new Error("no finding");
    const hostile: ActionFinding = {
      ...first,
      status: "notChecked",
      reason: everythingHostile,
      columnChanges: [{ change: "added", name: everythingHostile, type: everythingHostile }],
      error: { message: everythingHostile, statement: everythingHostile },
    };
    const one = { ...action(everythingHostile, "table"), fileName: everythingHostile };
    const text = formatFindings(
      { schemas: [everythingHostile], actions: [one] },
      { validated: true, actions: [hostile] },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it("counts nothing as nothing to do", () => {
    expect(summaryOf({ validated: true, actions: [] })).toBe("nothing to do");
  });
});

describe("planJson", () => {
  it("is the execution graph with a finding in every action", () => {
    expect(JSON.parse(planJson(graph, findings))).toMatchObject({
      schemas: ["shop"],
      validated: true,
      summary: expect.stringContaining("1 failed"),
      actions: [
        { target: { name: "orders" }, type: "table", plan: { effect: "rebuild" } },
        { plan: { status: "failed", error: { sqlstate: "42703" } } },
        { plan: { reason: "shop.totals failed" } },
      ],
    });
  });
});
