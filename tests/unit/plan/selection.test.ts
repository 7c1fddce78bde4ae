import { describe, expect, it } from "vitest";
import { RunnerError } from "../../../runner/errors.ts";
import { createDag } from "../../../runner/graph/dag.ts";
import type { SelectableAction } from "../../../runner/plan/selection/match-selector.ts";
import {
  refuseWrongSelection,
  type SelectionConfig,
  selectActions,
} from "../../../runner/plan/selection/selection.ts";
import { targetKey } from "../../../runner/target.ts";

const target = (name: string) => ({ schema: "shop", name });

interface Sample {
  parents?: string[];
  tags?: string[];
  folder?: string;
  assertionOf?: string;
}

// raw → staged → sales → report; every table but raw has an assertion.
const samples: Record<string, Sample> = {
  raw: { folder: "bronze", tags: ["daily"] },
  staged: { folder: "silver", parents: ["raw"], tags: ["daily"] },
  staged_is_unique: { assertionOf: "staged", folder: "silver", tags: ["daily"] },
  sales: { folder: "gold", parents: ["staged", "staged_is_unique"], tags: ["daily", "money"] },
  sales_is_unique: { assertionOf: "sales", folder: "gold", tags: ["daily", "money"] },
  report: { folder: "gold/reports", parents: ["sales"], tags: ["money"] },
  no_gaps: { folder: "gold/checks", parents: ["sales", "raw"] },
};

const actions: SelectableAction[] = Object.entries(samples).map(([name, sample]) => ({
  target: target(name),
  fileName: `definitions/${sample.folder}/${sample.assertionOf ?? name}.sqlx`,
  tags: sample.tags ?? [],
  ...(sample.assertionOf && { parentTarget: target(sample.assertionOf) }),
}));

const dag = createDag(
  new Map(
    Object.entries(samples).map(([name, { parents = [], assertionOf }]) => [
      targetKey(target(name)),
      [...parents, ...(assertionOf ? [assertionOf] : [])].map((each) => targetKey(target(each))),
    ]),
  ),
);

function select(config: SelectionConfig): string[] {
  return selectActions(dag, actions, config)
    .nodes.map((key) => JSON.parse(key)[1])
    .sort();
}

function errorOf(config: SelectionConfig): RunnerError {
  try {
    select(config);
  } catch (error) {
    if (error instanceof RunnerError) return error;
  }
  throw new Error("nothing was thrown");
}

describe("a selection", () => {
  it("takes only what it may, with their assertions and neighbours", () => {
    const only = ["staged", "report"].map((name) => targetKey(target(name)));
    expect(select({ only })).toEqual(["report", "staged", "staged_is_unique"]);
    expect(select({ only, assertions: false })).toEqual(["report", "staged"]);
    expect(select({ only, tags: ["daily"] })).toEqual(["staged", "staged_is_unique"]);
    expect(select({ only, exclude: ["staged"] })).toEqual(["report"]);
    expect(select({ only, actions: ["staged"], includeDependents: true })).toContain("sales");
    expect(select({ only: [] })).toEqual([]);
  });

  it.each<[string[], string[]]>([
    [["raw"], ["raw"]],
    [["shop.raw"], ["raw"]],
    [
      ["raw", "report"],
      ["raw", "report"],
    ],
    [["r*"], ["raw", "report"]],
    [["tag:money and r*"], ["report"]],
    [["tag:mon*"], ["report", "sales", "sales_is_unique"]],
    [["file:definitions/gold/*.sqlx"], ["sales", "sales_is_unique"]],
    [["definitions/gold/**.sqlx"], ["no_gaps", "report", "sales", "sales_is_unique"]],
    [["definitions/*/raw.sqlx"], ["raw"]],
    [["./definitions/gold/reports"], ["report"]],
    [["path:definitions/gold/"], ["no_gaps", "report", "sales", "sales_is_unique"]],
    [["definitions\\gold\\reports\\report.sqlx"], ["report"]],
    [["+staged"], ["raw", "staged", "staged_is_unique"]],
    [["report+"], ["report"]],
    [["sales+"], ["no_gaps", "report", "sales", "sales_is_unique"]],
    [["+tag:money and definitions/silver/"], ["staged", "staged_is_unique"]],
    [
      ["tag:daily", "and", "staged+", "and", "tag:money", "raw"],
      ["raw", "sales", "sales_is_unique"],
    ],
  ])("%j is %j", (selectors, expected) => {
    expect(select({ actions: selectors })).toEqual(expected);
  });

  it("is everything when nothing is named", () => {
    expect(select({})).toEqual(Object.keys(samples).sort());
  });

  it("brings the assertions of its tables along, and leaves them when asked to", () => {
    expect(select({ actions: ["sales"] })).toEqual(["sales", "sales_is_unique"]);
    expect(select({ actions: ["sales"], assertions: false })).toEqual(["sales"]);
    expect(select({ tags: ["money"], assertions: false })).toEqual(["report", "sales"]);
    expect(select({ assertions: false })).toEqual(["no_gaps", "raw", "report", "sales", "staged"]);
    expect(select({ actions: ["sales_is_unique"], assertions: false })).toEqual([
      "sales_is_unique",
    ]);
    expect(select({ actions: ["sales*"], assertions: false })).toEqual(["sales"]);
  });

  it("adds tags to actions as Dataform does, and takes their neighbours when asked to", () => {
    expect(select({ actions: ["raw"], tags: ["money"], assertions: false })).toEqual([
      "raw",
      "report",
      "sales",
    ]);
    const neighbours = { includeDependencies: true, includeDependents: true, assertions: false };
    expect(select({ actions: ["staged"], ...neighbours })).toEqual([
      "no_gaps",
      "raw",
      "report",
      "sales",
      "staged",
    ]);
  });

  it("leaves out what is excluded, its own assertions included", () => {
    expect(select({ exclude: ["sales+"] })).toEqual(["raw", "staged", "staged_is_unique"]);
    expect(select({ exclude: ["tag:daily"] })).toEqual(["no_gaps", "report"]);
    expect(select({ actions: ["+report"], exclude: ["sales", "raw"] })).toEqual([
      "report",
      "staged",
      "staged_is_unique",
    ]);
    expect(select({ actions: ["sales"], exclude: ["sales_is_unique"] })).toEqual(["sales"]);
  });

  it("keeps the order through actions that were left out", () => {
    const kept = selectActions(dag, actions, { actions: ["raw", "report"] });
    expect(kept.parents.get(targetKey(target("report")))).toEqual(
      new Set([targetKey(target("raw"))]),
    );
  });
});

describe("a selection that is wrong", () => {
  it.each<[SelectionConfig, RegExp, RegExp]>([
    [{ actions: ["seles"] }, /no action is named "seles"/, /did you mean sales/],
    [{ actions: ["shop.seles"] }, /no action is named/, /did you mean shop\.sales/],
    [{ exclude: ["tag:mony"] }, /no tag is named "mony"/, /did you mean money/],
    [{ tags: ["zzz"] }, /no tag is named "zzz"/, /tags: daily, money/],
    [{ actions: ["definitions/glod/"] }, /defined in "definitions\/glod\/"/, /definitions\/gold\//],
    [
      { actions: ["file:sales.sqlx"] },
      /"sales\.sqlx"/,
      /did you mean definitions\/gold\/sales\.sqlx/,
    ],
    [{ actions: ["a/b/c/"] }, /"a\/b\/c\/"/, /folders: definitions\/, definitions\/bronze\//],
    [{ actions: ["raw and report"] }, /no action is in all of "raw and report"/, /comma/],
    [{ exclude: ["raw+"] }, /nothing is left to run: --exclude leaves out all 7/, /exclude less/],
    [{ actions: ["raw"], exclude: ["raw"] }, /leaves out the only selected action/, /less/],
  ])("%j is refused as empty, with the next step", (config, message, hint) => {
    const error = errorOf(config);
    expect(error).toMatchObject({ code: "SELECTION_EMPTY", exitCode: 2 });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  it.each<[SelectionConfig, RegExp]>([
    [{ actions: ["raw", "and"] }, /--actions: "and" stands alone in "raw and"/],
    [{ exclude: ["and", "raw"] }, /--exclude: "and" stands alone/],
    [{ exclude: ["raw and"] }, /--exclude: "and" stands alone in "raw and"/],
    [{ actions: [" and raw "] }, /--actions: "and" stands alone/],
    [{ actions: ["raw and and sales"] }, /--actions: "and" stands alone/],
    [{ actions: ["+"] }, /"\+" names nothing/],
    [{ actions: ["tag:"] }, /"tag:" names nothing/],
    [{ includeDependencies: true }, /need a selection/],
  ])("%j is refused as wrong usage, also before there is a project", (config, message) => {
    const error = errorOf(config);
    expect(error.code).toBe("USAGE");
    expect(error.message).toMatch(message);
    expect(() => refuseWrongSelection(config)).toThrow(message);
  });

  it.each<SelectionConfig>([
    {},
    { actions: ["+tag:daily and definitions/gold/"], exclude: ["raw"], includeDependencies: true },
    { tags: ["daily"], includeDependents: true },
    { only: [], includeDependents: true },
  ])("%j is taken before there is a project", (config) => {
    expect(() => refuseWrongSelection(config)).not.toThrow();
  });
});
