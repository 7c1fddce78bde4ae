import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../runner/own-files.ts";
import { print, projectDir, runCommand } from "../warehouse/run-command.ts";
import { dashboardFiles } from "./files.ts";

/** `npm run dashboards`: writes what Grafana and Metabase show into `deploy/`. */
async function writeDashboards(): Promise<number> {
  const { vars } = JSON.parse(readFileSync(join(projectDir, "dataform.json"), "utf8"));
  const deploy = join(projectDir, "deploy");
  for (const folder of ["grafana/dashboards", "metabase"]) {
    rmSync(join(deploy, folder), { recursive: true, force: true });
  }
  const files = dashboardFiles(vars);
  for (const [path, text] of files) {
    makeFolder(dirname(join(deploy, path)));
    writeFileSync(join(deploy, path), text);
  }
  print([`dashboards: ${files.size} files in deploy/`]);
  return 0;
}

await runCommand(writeDashboards);
