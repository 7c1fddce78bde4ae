import { queries } from "../../site/read/queries.ts";
import type { Column, Dashboard, Panel } from "../dashboard.ts";
import { cut, showing } from "../sql.ts";
import { sources } from "./variables.ts";

const rowCounts = {
  source_system: { label: "Source" },
  received_rows: { label: "Received", unit: "short" },
  staged_rows: { label: "Count as tests", unit: "short" },
  duplicate_rows: { label: "Repeats", unit: "short" },
  not_conclusive_rows: { label: "Not conclusive", unit: "short" },
  quarantined_rows: { label: "Unusable", unit: "short" },
  unmapped_rows: { label: "Scenario not known", unit: "short" },
  late_rows: { label: "Over a day late", unit: "short" },
  synthetic_rows: { label: "Made up", unit: "short" },
  quarantined_pct: { label: "Unusable", unit: "percent", decimals: 1 },
  last_ingested_at: { label: "Newest", unit: "dateTimeAsIso" },
} as const satisfies Record<string, Column>;

const panels: Panel[] = [
  {
    name: "received",
    title: "What became of the rows that came in?",
    description:
      "Rows of the chosen sources ever received: each one counts as a test, repeats another one, is not conclusive, or cannot be used.",
    as: "numbers",
    width: 24,
    height: 5,
    columns: rowCounts,
    sql: ({ context, isChosen }) =>
      showing(
        queries.data_quality(context),
        `
        select
          sum(received_rows) as received_rows,
          sum(staged_rows) as staged_rows,
          sum(duplicate_rows) as duplicate_rows,
          sum(not_conclusive_rows) as not_conclusive_rows,
          sum(quarantined_rows) as quarantined_rows
        from rows
        where ${isChosen("source_system", "source")}`,
      ),
  },
  {
    name: "decided",
    title: "Is every row decided, and was it compared?",
    description:
      "Rows of bronze that no run has decided yet, and days since an audit compared all rows with what was made of them.",
    as: "numbers",
    width: 12,
    height: 4,
    columns: {
      undecided_rows: { label: "Not decided yet", unit: "short", badFrom: 1 },
      days_since_audit: { label: "Days since the last audit", unit: "short" },
    },
    sql: ({ context }) =>
      showing(
        queries.completeness(context),
        `
        select undecided_rows, days_since_audit
        from rows`,
      ),
  },
  {
    name: "unknown-names",
    title: "Scenario names that match none",
    description: "A name becomes known by a line in dim_scenario_aliases.",
    as: "numbers",
    width: 12,
    height: 4,
    columns: {
      names: { label: "Names", unit: "short" },
      tests: { label: "Tests of these names", unit: "short" },
    },
    sql: ({ context }) =>
      showing(
        queries.scenario_names_received(context),
        `
        select count(*) as names, coalesce(sum(total_tests), 0) as tests
        from rows
        where scenario_id = 0`,
      ),
  },
  {
    name: "sources",
    title: "Sources",
    description: "Rows of each source by what became of them.",
    as: "table",
    width: 24,
    height: 8,
    columns: rowCounts,
    sql: ({ context, isChosen }) =>
      showing(
        queries.data_quality(context),
        `
        select
          source_system,
          received_rows,
          staged_rows,
          duplicate_rows,
          not_conclusive_rows,
          quarantined_rows,
          ${cut("quarantined_pct")} as quarantined_pct,
          unmapped_rows,
          late_rows,
          synthetic_rows,
          last_ingested_at
        from rows
        where ${isChosen("source_system", "source")}
        order by quarantined_rows desc, source_system`,
      ),
  },
  {
    name: "unusable-rows",
    title: "Why can rows not be used?",
    description: "Reasons by source, with the newest such row of bronze.",
    as: "table",
    width: 12,
    height: 9,
    columns: {
      ...rowCounts,
      reason: { label: "Reason" },
      example_raw_test_id: { label: "For example row" },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.quarantined_by_reason(context),
        `
        select source_system, reason, quarantined_rows, last_ingested_at, example_raw_test_id
        from rows
        where ${isChosen("source_system", "source")}
        order by quarantined_rows desc, source_system, reason`,
      ),
  },
  {
    name: "scenario-names",
    title: "Scenario names received",
    description: "How the sources spell the scenarios, those that match none first.",
    as: "table",
    width: 12,
    height: 9,
    columns: {
      scenario_name: { label: "As received" },
      matched_name: { label: "Scenario" },
      total_tests: { label: "Tests", unit: "short" },
      last_start_time: { label: "Newest", unit: "dateTimeAsIso" },
    },
    sql: ({ context }) =>
      showing(
        queries.scenario_names_received(context),
        `
        select scenario_name, nullif(matched_name, '') as matched_name, total_tests, last_start_time
        from rows
        order by scenario_id = 0 desc, total_tests desc, scenario_name
        limit 500`,
      ),
  },
];

/** What became of all that was received. */
export const quality: Dashboard = {
  uid: "resilience-data-quality",
  title: "Data quality",
  description: "What became of the rows that came in?",
  variables: [sources],
  from: "now-90d",
  panels,
};
