import { outageColumns, testColumns } from "./rows.ts";

/** Tables that rows are loaded into, and how a row there is named. */
export const bronzeTables = {
  test: {
    relation: "resiliency.raw_resiliency_tests",
    name: "source_run_id",
    columns: testColumns,
  },
  outage: {
    relation: "resiliency.raw_outages",
    name: "source_outage_id",
    columns: outageColumns,
  },
} as const;

/** One of the tables. */
export type BronzeTable = (typeof bronzeTables)[keyof typeof bronzeTables];

/** Kinds of rows: each has a table. */
export const bronzeKinds = ["test", "outage"] as const;

/** Lets only one ingest at a time compare its results with existing ones and add to them. */
export const ingestLock = "hashtextextended('resiliency.raw_resiliency_tests ingest', 0)";

/**
 * Settings of a load. A load, and the wait for another one, may take longer than any other statement. Each row is looked
 * up in an index, also where a table has no statistics yet.
 */
export const loadSettings = {
  ...{ statement_timeout: "0", lock_timeout: "0", idle_in_transaction_session_timeout: "0" },
  ...{ enable_hashjoin: "off", enable_mergejoin: "off", enable_seqscan: "off", jit: "off" },
};
