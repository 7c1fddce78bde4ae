import type { Partition } from "../../relation/partitioned-table.ts";
import type { Target } from "../../target.ts";
import type { NewPartition } from "./partition-routes.ts";

/** A partition that is ready to be attached, and the existing partition that it replaces. */
export interface ReadyPartition extends NewPartition {
  /** Its name until it is attached. */
  built: Target;
  /** A condition that all of its rows meet, as SQL over the table's columns. */
  constraint: string;
  replaces?: Partition;
}

/** New partitions of an empty copy of the table, not attached to the table yet. */
export interface BuiltPartitions {
  parent: Target;
  partitions: ReadyPartition[];
  /** The partition for rows that belong to none of `partitions`; absent with partitions by hash. */
  rest?: Target;
}
