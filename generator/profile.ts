import type { BronzeRow } from "../warehouse/bronze-row.ts";
import type { UtcDay } from "../warehouse/utc-day.ts";
import type { Truth } from "./truth.ts";

/** A way to make a day of rows. */
export interface Profile {
  /**
   * The rows of the tests of one day, ordered by the start of the test. They depend on the three
   * arguments alone: whatever else is generated before or beside them changes nothing.
   */
  rowsOfDay(day: UtcDay, testsPerDay: number, seed: number): Iterable<GeneratedRow>;
  /** How many rows that is, about. */
  expectedRows(day: UtcDay, testsPerDay: number): number;
  /** Days from the start of a test to the arrival of its last row, at most. */
  longestLagDays: number;
}

/** A row of bronze; `truth` says what silver has to make of it. */
export interface GeneratedRow {
  row: BronzeRow;
  truth(): Truth;
}
