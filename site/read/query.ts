/** What the SQL of a query is made for. */
export interface QueryContext {
  /** Gives the full name of a relation of the warehouse, by its short one. */
  of: (relation: string) => string;
  /** SQL of type date: the day that the report calls today. */
  today: string;
  /** SQL of type date: the last day of every window; null without a test. */
  last: string;
  /** The time zone of the report, by which its days begin. */
  timeZone: string;
  /** Days of the window that the report is about: 7, 30 or 90. */
  days: number;
  /** SQL condition on app_id or app_name: the applications that pooled numbers are about, if not all. */
  chosenApplications: string | undefined;
  /** Whether texts of the sources, such as error messages, are read at all. */
  withSamples: boolean;
}

/** Takes where it is asked and returns the text of a query. */
export type Query = (context: QueryContext) => string;

/** The columns of a test that every list of tests has besides its own. */
export function detailsOfTest(withSamples: boolean): string {
  return withSamples ? ", left(reported_tests.error_message, 1000) as error_message" : "";
}
