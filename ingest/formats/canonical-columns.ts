/** What a value of a column has to be. */
export type ColumnType = "text" | "time" | "number" | "integer" | "boolean" | "json";

/** A column of the canonical CSV and NDJSON. */
export interface Column {
  type: ColumnType;
  description: string;
  /** What the column may be called too. */
  aliases?: readonly string[];
}

/** The columns of test results; none but those of `needed` has to be there. */
export const testColumns = {
  app_name: {
    type: "text",
    description: "Application that was tested, by its name or an alias of it.",
    aliases: [
      ...["app", "application", "application_name", "service", "service_name"],
      ...["system", "system_name", "business_service", "workload"],
      ...["application_tested", "service_tested", "system_tested"],
      ...["system_under_test", "application_under_test"],
    ],
  },
  app_id: {
    type: "integer",
    description: "Application by its number in dim_applications, instead.",
  },
  scenario_name: {
    type: "text",
    description: "What was tried: Database Failover, Network Latency, …",
    aliases: [
      ...["scenario", "test", "test_name", "test_case", "title", "test_scenario", "dr_scenario"],
      ...["drill", "drill_name", "exercise", "exercise_name", "experiment", "experiment_name"],
      ...["failure_scenario", "disaster_scenario", "scenario_tested", "chaos_experiment"],
    ],
  },
  status: {
    type: "text",
    description:
      "passed, failed, error, skipped, inconclusive or running; docs/pipeline.md lists more words.",
    aliases: [
      ...[
        "result",
        "outcome",
        "verdict",
        "pass_fail",
        "test_result",
        "test_status",
        "test_outcome",
      ],
      ...["overall_result", "overall_status", "overall_outcome", "final_result", "final_status"],
      ...["pass_or_fail", "passed_failed", "final_outcome", "final_verdict"],
    ],
  },
  passed: {
    type: "boolean",
    description: "Whether the test passed, instead of status.",
    aliases: ["is_passed", "success", "successful"],
  },
  start_time: {
    type: "time",
    description: "Start of the test; UTC when no offset is given.",
    aliases: [
      ...["start", "started_at", "started", "start_date", "date", "start_at", "start_timestamp"],
      ...[
        "start_datetime",
        "timestamp",
        "ts",
        "datetime",
        "date_time",
        "test_start",
        "drill_start",
      ],
      ...[
        "test_date",
        "drill_date",
        "exercise_date",
        "execution_date",
        "date_of_test",
        "date_of_drill",
        "date_of_exercise",
        "executed_at",
        "run_at",
      ],
      ...["time_started", "start_date_time", "started_on", "begin", "began", "began_at", "kickoff"],
      ...["begin_time", "initiated_at", "failover_start", "failover_started"],
    ],
  },
  end_time: {
    type: "time",
    description: "End of the test; needed unless duration_ms is given.",
    aliases: [
      ...[
        "end",
        "ended_at",
        "ended",
        "end_date",
        "finished_at",
        "finished",
        "end_at",
        "end_datetime",
      ],
      ...["end_timestamp", "completed_at", "finish", "finish_time", "stop_time", "stopped_at"],
      ...["test_end", "drill_end", "time_ended", "time_completed", "end_date_time", "completed"],
      ...["completion_time", "failover_end", "failover_complete", "failover_completed"],
    ],
  },
  duration_ms: { type: "number", description: "How long the test ran, in milliseconds." },
  duration_seconds: {
    type: "number",
    description: "The same in seconds, instead.",
    aliases: ["duration_s", "duration_sec"],
  },
  duration_minutes: {
    type: "number",
    description: "The same in minutes, instead.",
    aliases: ["duration_min"],
  },
  error_message: {
    type: "text",
    description: "What went wrong.",
    aliases: ["error", "message", "failure_reason", "failure_message", "error_details"],
  },
  source_system: {
    type: "text",
    description: "Where the result comes from; manual when not given.",
    aliases: ["source"],
  },
  source_run_id: {
    type: "text",
    description: "Name of the result within its source; a later row of that name corrects it.",
    aliases: ["run_id", "id"],
  },
  fault_at: {
    type: "time",
    description: "When the fault began.",
    aliases: ["fault_start", "fault_injected_at", "injected_at", "failure_at"],
  },
  detected_at: { type: "time", description: "When it was noticed." },
  recovered_at: {
    type: "time",
    description: "When the service was back for good.",
    aliases: [
      ...["restored_at", "service_restored_at", "recovery_completed_at", "time_recovered"],
      ...["time_restored", "recovered_time", "recovered_on", "recovery_timestamp"],
    ],
  },
  recovery_seconds: {
    type: "number",
    description:
      "Seconds from fault_at (else start_time) to the recovery, instead of recovered_at.",
    aliases: ["recovery_s", "recovery_time_s", "recovery_time_seconds"],
  },
  recovery_minutes: {
    type: "number",
    description: "The same in minutes, instead.",
    aliases: ["recovery_min", "recovery_time_min", "recovery_time_minutes"],
  },
  is_recovered: {
    type: "boolean",
    description: "false when the service was not back when the test ended.",
    aliases: ["recovered", "service_restored", "service_recovered", "restored"],
  },
  data_loss_seconds: { type: "number", description: "How many seconds of data were lost." },
  recovery_basis: {
    type: "text",
    description: "What the recovery time is: measured, upper_bound, duration_proxy or none.",
  },
  metadata_json: {
    type: "json",
    description: "Anything else, as a JSON object.",
    aliases: ["metadata"],
  },
} as const satisfies Record<string, Column>;

/** The columns of outages. */
export const outageColumns = {
  app_name: testColumns.app_name,
  app_id: testColumns.app_id,
  outage_start: {
    type: "time",
    description: "When the application stopped to serve; UTC when no offset is given.",
    aliases: [
      ...["start_time", "start", "started_at", "started", "down_at", "down_from", "down_since"],
      ...["outage_started", "outage_started_at", "incident_start", "incident_start_time"],
    ],
  },
  outage_end: {
    type: "time",
    description: "When it served again; empty while it does not.",
    aliases: [
      ...["end_time", "end", "ended_at", "ended", "up_at", "down_until", "resolved", "resolved_at"],
      ...["restored_at", "service_restored_at", "outage_ended", "outage_ended_at"],
      ...["incident_end", "incident_end_time"],
    ],
  },
  cause: { type: "text", description: "What the reason was.", aliases: ["reason", "root_cause"] },
  source_system: testColumns.source_system,
  outage_id: {
    type: "text",
    description: "Name of the outage within its source; a later row of that name corrects it.",
    aliases: ["source_outage_id"],
  },
  metadata_json: testColumns.metadata_json,
} as const satisfies Record<string, Column>;

/** The kinds of rows that the canonical formats hold. */
export type Kind = "test" | "outage";

const byKind = { test: testColumns, outage: outageColumns };

/** The columns of a kind of row. */
export function columnsOf(kind: Kind): Record<string, Column> {
  return byKind[kind];
}
