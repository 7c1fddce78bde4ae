import { RunnerError } from "../runner/errors.ts";
import { outageColumns, testColumns } from "./formats/canonical-columns.ts";
import { canonicalSchema } from "./json-schema.ts";

const example: Record<string, unknown> = {
  app_name: "Payment Service",
  scenario_name: "Database Failover",
  status: "passed",
  start_time: "2026-01-31T10:00:00Z",
  duration_ms: 90_000,
  source_system: "manual",
  source_run_id: "drill-1",
  outage_start: "2026-01-31T10:00:00Z",
  outage_end: "2026-01-31T10:05:00Z",
  outage_id: "incident-1",
};

/**
 * An empty file of the canonical formats: the header of a CSV of tests or of outages, a line of
 * NDJSON with an example of each needed value, or the JSON Schema of such lines. Throws a `USAGE` error for another name.
 */
export function template(name: string): string {
  switch (name) {
    case "csv":
    case "":
      return Object.keys(testColumns).join(",");
    case "outages":
      return Object.keys(outageColumns).join(",");
    case "ndjson": {
      const keys = Object.keys(testColumns).filter((key) => key in example);
      return JSON.stringify(Object.fromEntries(keys.map((key) => [key, example[key]])));
    }
    case "schema":
      return JSON.stringify(canonicalSchema(), null, 2);
    default:
      throw new RunnerError("USAGE", `--template is none that there is: ${JSON.stringify(name)}`, {
        hint: "Give csv, ndjson, outages or schema.",
      });
  }
}
