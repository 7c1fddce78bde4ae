import reporting from "../includes/reporting.js";
import type { Target } from "./dashboard.ts";

/** The variables of the project that SQL depends on. */
export type ProjectVars = Record<string, string>;

/** The variable with the days of the windows. */
export const windowVariable = "window_days";

/** SQL for Grafana: macros and variables of its PostgreSQL source, each quoted by Grafana. */
export function grafanaTarget(vars: ProjectVars, read: Set<string> = new Set()): Target {
  const chosen = (variable: string) => `any(array[\${${variable}:sqlstring}]::text[])`;
  return {
    ...sharedTarget(vars, read, `app_name = ${chosen("application")}`),
    isChosen: (column, variable) => `${column} = ${chosen(variable)}`,
    windowDays: `\${${windowVariable}:sqlstring}::integer`,
    isShown: (column) => `$__timeFilter(${column})`,
  };
}

/** SQL for Metabase: `{{variables}}`, each in a part that Metabase leaves out without a value. */
export function metabaseTarget(vars: ProjectVars): Target {
  const isChosen = (column: string, variable: string) =>
    `(true [[and ${column} = {{${variable}}}]])`;
  return {
    ...sharedTarget(vars, new Set(), isChosen("app_name", "application")),
    isChosen,
    windowDays: `coalesce([[{{${windowVariable}}}::integer,]] 90)`,
    isShown: (column) =>
      `(true [[and ${column} >= {{from}}::timestamptz]] [[and ${column} < {{until}}::timestamptz]])`,
  };
}

// A dashboard chooses days itself, so the lists of the report are taken as a whole.
const allDays = 100_000;

function sharedTarget(vars: ProjectVars, read: Set<string>, chosenApplications: string) {
  const nameIn = (schema: string) => (relation: string) => {
    read.add(`${schema}.${relation}`);
    return `${schema}.${relation}`;
  };
  const of = nameIn("resiliency");
  const newest = reporting.lastDay("max(metric_date)", vars);
  return {
    context: {
      of,
      today: reporting.today(vars),
      last: `(select ${newest} from ${of("fact_resiliency_metrics")})`,
      days: allDays,
      timeZone: vars.reportTimeZone ?? "UTC",
      chosenApplications,
      withSamples: false,
    },
    history: nameIn("run_history"),
    startOf: (day: string) => reporting.startOfDay(day, vars),
  };
}
