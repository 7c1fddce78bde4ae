import type { SqlError } from "../errors.ts";
import type { Target } from "../target.ts";
import type { RunStatus, Timing } from "./run-result.ts";

/** What happened in one run of unit tests. */
export interface UnitTestRun {
  status: RunStatus;
  timing: Timing;
  tests: UnitTestResult[];
}

/** How a unit test ended. */
export type UnitTestStatus = "passed" | "failed" | "disabled" | "cancelled";

/** What happened in one unit test. */
export interface UnitTestResult {
  name: string;
  /** The table, view or incremental table that is tested. */
  dataset: Target;
  /** The file of the test. */
  fileName: string;
  tags: string[];
  status: UnitTestStatus;
  timing: Timing;
  /** Why it could not run: an input that is missing or not read. */
  problems?: string[];
  /** A statement that PostgreSQL refused, and where it was written. */
  error?: SqlError & { fileName: string; part: string };
  difference?: Difference;
}

/** How the rows of a model differ from the expected ones. */
export interface Difference {
  /** Expected and not given by the model; when there are any, rows are not compared. */
  missingColumns: string[];
  /** Given by the model and not expected. */
  unexpectedColumns: string[];
  /** Expected rows that the model does not give, each counted as often as it is missing. */
  missingRows: number;
  unexpectedRows: number;
  /** The columns of `rows`, in the order of the expectation. */
  columns: string[];
  /** Up to 20 rows, each expected one before the most similar actual one. */
  rows: DifferentRow[];
}

/** One row of a difference. */
export interface DifferentRow {
  side: "expected" | "actual";
  /** How many more of them this side has. */
  count: number;
  /** PostgreSQL's text forms. */
  values: (string | null)[];
}
