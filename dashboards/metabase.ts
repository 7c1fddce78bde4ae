import type { Dashboard, Panel, Target } from "./dashboard.ts";

const types: Record<string, string> = {
  window_days: "Number: 7, 30 or 90; 90 when it is left empty",
  from: "Date: the first day",
  until: "Date: the day after the last",
};

/** A question for Metabase: the SQL of a panel with what it is called and what can be chosen. */
export function metabaseQuestion(dashboard: Dashboard, panel: Panel, target: Target): string {
  const sql = panel.sql(target);
  const names = [...new Set([...sql.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name))];
  const variables = names.map(
    (name) => `-- variable ${name}: ${types[name] ?? "Text; all when it is left empty"}`,
  );
  const chart = {
    numbers: "Number or table",
    table: "Table",
    lines: "Line",
    points: "Scatter",
    bars: "Bar",
  }[panel.as];
  return [
    `-- ${dashboard.title}: ${panel.title}`,
    `-- ${panel.description}`,
    `-- as: ${chart}`,
    ...variables,
    sql,
    "",
  ].join("\n");
}
