import type { Slice } from "../../plan/publish-task.ts";
import type { NewRows } from "../stage/new-rows.ts";

/** What an overwrite takes away and what it puts in. */
export interface Overwrite {
  rows: NewRows;
  slice: Slice;
  /** Columns to insert, as SQL. */
  names: string;
  /** A condition on rows that are there, which is true of those that have to go. */
  isReplaced: string;
  /** Whether the settings leave some rows of a touched slice in their place. */
  keepsSome: boolean;
}
