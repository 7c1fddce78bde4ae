import { grafanaDashboard } from "./grafana.ts";
import { metabaseQuestion } from "./metabase.ts";
import { dashboards } from "./panels/all.ts";
import { readerSql } from "./reader.ts";
import type { ProjectVars } from "./targets.ts";
import { grafanaTarget, metabaseTarget } from "./targets.ts";

/** Every file that is made from the description of the dashboards: its text by its path. */
export function dashboardFiles(vars: ProjectVars): Map<string, string> {
  const relations = new Set<string>();
  const grafana = grafanaTarget(vars, relations);
  const metabase = metabaseTarget(vars);
  const timeZone = vars.reportTimeZone ?? "UTC";
  const files = new Map<string, string>();
  for (const dashboard of dashboards) {
    const json = grafanaDashboard(dashboard, grafana, timeZone);
    files.set(`grafana/dashboards/${dashboard.uid}.json`, `${JSON.stringify(json, null, 2)}\n`);
    for (const panel of dashboard.panels) {
      const question = metabaseQuestion(dashboard, panel, metabase);
      files.set(`metabase/${dashboard.uid}/${panel.name}.sql`, question);
    }
  }
  return files.set("dashboards-role.sql", readerSql([...relations]));
}
