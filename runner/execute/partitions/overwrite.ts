import type { Slice } from "../../plan/publish-task.ts";
import type { NewRows } from "../stage/new-rows.ts";

/** The rows that an overwrite removes and inserts. */
export interface Overwrite {
  rows: NewRows;
  slice: Slice;
  /** Columns to insert, as SQL. */
  names: string;
  /** SQL condition on the stored rows: true for those that are removed. */
  isReplaced: string;
  /** Whether `existingRows` keeps some rows of a touched slice. */
  keepsSome: boolean;
}
