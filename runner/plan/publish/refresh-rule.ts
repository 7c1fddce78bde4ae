import type { ReplaceSetting } from "./replacement-rule.ts";

/** How a materialized view that exists gets the rows of its query. */
export interface Refresh {
  /**
   * `concurrently`: rows that differ are changed, and readers go on. `swap`: a new one is filled
   * beside it and takes its place. `inPlace`: it is filled anew while readers wait.
   */
  how: "concurrently" | "swap" | "inPlace";
  /** In words, for the plan and the run result. */
  why: string;
}

/** What the rule looks at. */
export interface RefreshFacts {
  setting: ReplaceSetting;
  isPopulated: boolean;
  /** Whether it has a unique index that `refresh … concurrently` can use. */
  refreshesConcurrently: boolean;
  /**
   * What keeps a new one from taking its place, or would make readers wait longer than a refresh does,
   * in words; read only when it matters.
   */
  obstacles: string[];
}

/**
 * Takes the facts about a materialized view whose definition is unchanged; returns how to fill it.
 * Pure.
 */
export function chooseRefresh(facts: RefreshFacts): Refresh {
  const { setting, isPopulated, obstacles } = facts;
  if (setting === "swap") return { how: "swap", why: "set in its postgres block" };
  if (!isPopulated) return { how: "inPlace", why: "it holds no rows yet" };
  if (facts.refreshesConcurrently) return { how: "concurrently", why: "by a unique index" };
  if (setting === "inPlace") {
    return { how: "inPlace", why: "set in its postgres block, and it has no unique index" };
  }
  if (obstacles.length === 0) return { how: "swap", why: "it has no unique index" };
  const reasons = obstacles.join(", ");
  return { how: "inPlace", why: `it has no unique index and is not swapped: ${reasons}` };
}

/** Whether the rule needs to know the obstacles. */
export function asksForObstacles(facts: Omit<RefreshFacts, "obstacles">): boolean {
  const { setting, isPopulated, refreshesConcurrently } = facts;
  return setting === "auto" && isPopulated && !refreshesConcurrently;
}

/** The way in words. */
export function describeRefresh({ how, why }: Refresh): string {
  switch (how) {
    case "concurrently":
      return `refreshed while readers go on (${why})`;
    case "swap":
      return `swapped for a new one (${why})`;
    case "inPlace":
      return `refreshed while readers wait (${why})`;
  }
}
