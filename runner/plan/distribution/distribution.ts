import type { Target } from "../../target.ts";

/** How Citus is to spread the rows of a table; without a column, all rows are on every node. */
export interface Distribution {
  column?: string;
  /** The table whose rows with the same value are on the same node. */
  colocateWith?: Target;
  shardCount?: number;
  /** How the table that exists is spread; absent when there is none. */
  current?: {
    /** In words: `distributed by app_id`, or `local`. */
    words: string;
    isSame: boolean;
  };
}

/** `distributed by app_id`, with what else is known of it. */
export function describeDistribution({
  column,
  colocateWith,
  shardCount,
}: Pick<Distribution, "column" | "colocateWith" | "shardCount">): string {
  if (column === undefined) return "a reference table (all rows on every node)";
  const together = colocateWith ? `, together with ${colocateWith.name}` : "";
  const shards = shardCount === undefined ? "" : `, in ${shardCount} shards`;
  return `distributed by ${column}${together}${shards}`;
}
