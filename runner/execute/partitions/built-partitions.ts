import type { Partition } from "../../relation/partitioned-table.ts";
import type { Target } from "../../target.ts";
import type { NewPartition } from "./partition-routes.ts";

/** A partition that is ready to be attached, and the one that it takes the place of. */
export interface ReadyPartition extends NewPartition {
  /** Its name until then. */
  built: Target;
  /** What is true of its rows, as SQL over the table's columns. */
  constraint: string;
  replaces?: Partition;
}

/** Tables that take rows as the partitions of `parent` do, and are no part of it yet. */
export interface BuiltPartitions {
  parent: Target;
  partitions: ReadyPartition[];
  /** Takes rows that belong to no partition of `partitions`; absent with partitions by hash. */
  rest?: Target;
}
