import type { RowsFilter } from "../html/links.ts";
import type { Terms } from "../html/terms.ts";
import type { Row } from "../read/rows.ts";
import type { Report } from "../report.ts";

/** What is read for one application alone. */
export interface ApplicationFacts {
  app: Row;
  /** Its tests of 90 days and those that are evidence, the newest first. */
  tests: Row[];
  /** By window and scenario, how many recoveries were in time. */
  recoveries: Row[];
}

/** What the parts of an application's page are made from. */
export interface Own {
  report: Report;
  days: number;
  app: Row;
  window: Row | undefined;
  /** The tests of the window, the newest first. */
  tests: Row[];
  terms: Terms;
  /** A link to the tests of the window that a number counts. */
  link: (filter: RowsFilter) => string;
}
