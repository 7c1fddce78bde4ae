import { describe, expect, it } from "vitest";
import {
  chooseReplacement,
  describeReplacement,
  type ReplacementFacts,
} from "../../../runner/plan/publish/replacement-rule.ts";

const small: ReplacementFacts = {
  setting: "auto",
  sameColumns: true,
  isReferenced: false,
  isPartitioned: false,
  bytes: 8192,
};
const big = { ...small, bytes: 1024 ** 3, foreign: [] };
const keyed = { ...small, key: ["id"] };

describe("the rule of replacement", () => {
  it.each<[what: string, facts: ReplacementFacts, how: string]>([
    ["rewrites a table without a key", small, "rewrite"],
    ["compares a table with a key", keyed, "diff"],
    ["compares when a fifth of the rows differ", { ...keyed, changedShare: 0.2 }, "diff"],
    ["rewrites when more than a fifth differ", { ...keyed, changedShare: 0.21 }, "rewrite"],
    [
      "compares whatever differs when others refer to the table",
      { ...keyed, isReferenced: true, changedShare: 1 },
      "diff",
    ],
    [
      "rewrites a table that refers to itself when one row differs",
      { ...keyed, refersToItself: true, changedShare: 0.01 },
      "rewrite",
    ],
    ["leaves it when none does", { ...keyed, refersToItself: true, changedShare: 0 }, "diff"],
    [
      "changes it row by row when others refer to it, too",
      { ...keyed, refersToItself: true, isReferenced: true, changedShare: 0.01 },
      "diff",
    ],
    ["swaps when the columns differ", { ...keyed, sameColumns: false }, "swap"],
    ["swaps a big table on which nothing hangs", big, "swap"],
    ["leaves a table of less than 1 GB", { ...big, bytes: 1024 ** 3 - 1 }, "rewrite"],
    ["leaves a big table on which something hangs", { ...big, foreign: ["a view"] }, "rewrite"],
    [
      "leaves a big table of which nobody looked what hangs on it",
      { ...small, bytes: 1024 ** 3 },
      "rewrite",
    ],
    ["compares a big table with a key", { ...big, key: ["id"] }, "diff"],
    ["leaves a big table that is set to inPlace", { ...big, setting: "inPlace" }, "rewrite"],
    ["swaps a table that is set to swap", { ...keyed, setting: "swap" }, "swap"],
    [
      "does not swap a partitioned table",
      { ...small, setting: "swap", isPartitioned: true },
      "rewrite",
    ],
  ])("%s", (_, facts, how) => {
    expect(chooseReplacement(facts).how).toBe(how);
  });

  it("says in a plan what it cannot know yet", () => {
    const choice = chooseReplacement(keyed);
    expect(describeReplacement(choice, true)).toBe(
      "in place, only rows that differ (by key (id); all rows when more than 20 % differ)",
    );
    expect(describeReplacement(choice)).toBe("in place, only rows that differ (by key (id))");
  });
});
