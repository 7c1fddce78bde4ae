/** How a `postgres` block wants a table to get new rows; `auto` by default. */
export type ReplaceSetting = "auto" | "inPlace" | "swap";

/** How a table that exists gets the rows of its query. */
export interface Replacement {
  /**
   * `diff`: rows that differ are deleted, updated and inserted. `rewrite`: all rows are deleted and
   * inserted. Both keep the table itself. `swap`: a new table replaces it.
   */
  how: "diff" | "rewrite" | "swap";
  /** In words, for the plan and the run result. */
  why: string;
  /** The columns that tell rows apart, for `diff`. */
  key?: string[];
}

/** What the rule looks at. Absent facts are those that are not known yet. */
export interface ReplacementFacts {
  setting: ReplaceSetting;
  /** Whether the query has the same columns as the table. */
  sameColumns?: boolean;
  /** How Citus spreads the table now, in words, when its settings say otherwise. */
  otherDistribution?: string;
  /** Why PostgreSQL would refuse to change its rows, when a new table would do. */
  cannotStay?: string;
  /** The columns that tell rows apart, when there are any. */
  key?: string[];
  /** Whether foreign keys of other tables refer to it. */
  isReferenced: boolean;
  /** Whether a foreign key of its own does. */
  refersToItself?: boolean;
  isPartitioned: boolean;
  bytes: number;
  /** Descriptions of attachments that others made; read for large tables only. */
  foreign?: string[];
  /** Deleted, changed and added rows as a share of all stored and new rows. */
  changedShare?: number;
}

// Measured: docs/decisions/0014-how-a-table-gets-new-rows.md, `npm run bench -- --only replace`.
const swapFromBytes = 1024 ** 3;
const diffUpToShare = 0.2;

/** Takes the facts about a table and its new rows; returns how to publish the rows. Pure. */
export function chooseReplacement(facts: ReplacementFacts): Replacement {
  if (facts.otherDistribution !== undefined) {
    return { how: "swap", why: `it is ${facts.otherDistribution}` };
  }
  const { setting, sameColumns, cannotStay, key, isReferenced, isPartitioned, changedShare } =
    facts;
  if (sameColumns === false) return { how: "swap", why: "other columns" };
  if (setting === "swap" && !isPartitioned)
    return { how: "swap", why: "set in its postgres block" };
  if (setting === "auto" && cannotStay !== undefined && !isPartitioned) {
    return { how: "swap", why: cannotStay };
  }
  if (setting === "auto" && isBigAndAlone(facts)) {
    return { how: "swap", why: "1 GB or larger, without a key, and nothing depends on it" };
  }
  // One deletion and one insertion: in between nothing refers to a row that goes.
  if (facts.refersToItself && !isReferenced && changedShare) {
    return { how: "rewrite", why: "it refers to itself" };
  }
  if (!key) return { how: "rewrite", why: "no key tells its rows apart" };
  const by = `by key (${key.join(", ")})`;
  if (isReferenced) {
    return { how: "diff", why: `${by}, because other tables refer to its rows`, key };
  }
  if (changedShare === undefined || changedShare <= diffUpToShare) {
    return { how: "diff", why: by, key };
  }
  return { how: "rewrite", why: `${Math.round(changedShare * 100)} % of its rows differ` };
}

/** The rule in words, as far as it can be told before the query has run. */
export function describeReplacement({ how, why, key }: Replacement, isPlan = false): string {
  switch (how) {
    case "swap":
      return `swapped for a new table (${why})`;
    case "rewrite":
      return `in place, all rows (${why})`;
    case "diff": {
      const limit =
        isPlan && key ? `; all rows when more than ${diffUpToShare * 100} % differ` : "";
      return `in place, only rows that differ (${why}${limit})`;
    }
  }
}

// A table with a key is compared first: as a rule few of its rows differ.
function isBigAndAlone({ key, isReferenced, isPartitioned, bytes, foreign }: ReplacementFacts) {
  const isAlone = !isReferenced && !isPartitioned && foreign?.length === 0;
  return key === undefined && bytes >= swapFromBytes && isAlone;
}

/** Whether the rule needs the attachments that others made. */
export function asksForForeign({ setting, key, bytes }: ReplacementFacts): boolean {
  return setting === "auto" && key === undefined && bytes >= swapFromBytes;
}
