import { describe, expect, it } from "vitest";
import {
  asksForObstacles,
  chooseRefresh,
  describeRefresh,
  type RefreshFacts,
} from "../../../runner/plan/publish/refresh-rule.ts";

const facts: RefreshFacts = {
  setting: "auto",
  isPopulated: true,
  refreshesConcurrently: false,
  obstacles: [],
};

describe("the rule of refreshing", () => {
  it.each<[given: Partial<RefreshFacts>, words: string]>([
    [{}, "swapped for a new one (it has no unique index)"],
    [{ refreshesConcurrently: true }, "refreshed while readers go on (by a unique index)"],
    [
      { refreshesConcurrently: true, setting: "swap" },
      "swapped for a new one (set in its postgres block)",
    ],
    [
      { refreshesConcurrently: true, setting: "inPlace" },
      "refreshed while readers go on (by a unique index)",
    ],
    [
      { setting: "inPlace" },
      "refreshed while readers wait (set in its postgres block, and it has no unique index)",
    ],
    [{ isPopulated: false }, "refreshed while readers wait (it holds no rows yet)"],
    [{ isPopulated: false, setting: "swap" }, "swapped for a new one (set in its postgres block)"],
    [
      { obstacles: ["it would lose a", "b would have to be filled again"] },
      "refreshed while readers wait (it has no unique index and is not swapped: it would lose a, b would have to be filled again)",
    ],
  ])("takes %j and gives: %s", (given, words) => {
    expect(describeRefresh(chooseRefresh({ ...facts, ...given }))).toBe(words);
  });

  it("asks for obstacles only where they decide", () => {
    const asks = (given: Partial<RefreshFacts>) => asksForObstacles({ ...facts, ...given });
    expect(asks({})).toBe(true);
    expect([
      asks({ setting: "swap" }),
      asks({ setting: "inPlace" }),
      asks({ isPopulated: false }),
      asks({ refreshesConcurrently: true }),
    ]).toEqual([false, false, false, false]);
  });
});
