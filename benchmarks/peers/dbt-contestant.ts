import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelQuery } from "../make-project.ts";
import { measure } from "../measure.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { editedModel, everyModel, type Peer } from "./contestant.ts";
import { installPythonTool } from "./python-tool.ts";
import { serverOf } from "./server-of.ts";

/** `dbt build` of the same models, each with the test `not_null`, on as many threads as ours. */
export function dbtContestant(size: number): Peer {
  const tool = installPythonTool("dbt", "dbt-core");
  if ("missing" in tool) return { name: "dbt-core", missing: tool.missing };
  return {
    name: `dbt-core ${tool.version}`,
    steps: (url) => {
      const cwd = makeDbtProject(size, url);
      const build = (...args: string[]) =>
        measure({
          program: join(tool.bin, "dbt"),
          args: ["--no-send-anonymous-usage-stats", "build", "--profiles-dir", cwd, ...args],
          cwd,
        });
      return {
        "first run": () => build(),
        "nothing changed": () => build(),
        "one edit": () => {
          cpSync(join(cwd, "target/manifest.json"), join(cwd, "state/manifest.json"));
          writeModel(cwd, editedModel(size), 1);
          return build("--select", "state:modified+", "--state", "state");
        },
      };
    },
  };
}

function makeDbtProject(size: number, url: string): string {
  const folder = temporaryFolder("dbt-project");
  mkdirSync(join(folder, "models"));
  const { host, port, user, database } = serverOf(url);
  const output = {
    ...{ type: "postgres", host, port, user, password: "none", dbname: database },
    ...{ schema: "bench", threads: 4 },
  };
  // JSON is YAML too
  const write = (name: string, value: object) =>
    writeFileSync(join(folder, name), JSON.stringify(value));
  write("profiles.yml", { bench: { target: "bench", outputs: { bench: output } } });
  write("dbt_project.yml", {
    ...{ name: "bench", version: "1.0", profile: "bench" },
    models: { bench: { "+materialized": "table" } },
  });
  const models = everyModel(size).map((index) => ({
    name: `model_${index}`,
    columns: [{ name: "id", data_tests: ["not_null"] }],
  }));
  write("models/models.yml", { version: 2, models });
  for (const index of everyModel(size)) writeModel(folder, index, 0);
  return folder;
}

function writeModel(folder: string, index: number, added: number): void {
  const query = modelQuery(index, (name) => `{{ ref("${name}") }}`, added);
  writeFileSync(join(folder, "models", `model_${index}.sql`), query);
}
