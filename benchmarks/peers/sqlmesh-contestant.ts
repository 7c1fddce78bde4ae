import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelQuery } from "../make-project.ts";
import { measure } from "../measure.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { editedModel, everyModel, type Peer } from "./contestant.ts";
import { installPythonTool } from "./python-tool.ts";
import { serverOf } from "./server-of.ts";

/**
 * `sqlmesh plan --auto-apply` of the same models, each with the audit `not_null`, with as many tasks as ours. With
 * nothing changed it builds nothing before the next interval of its clock begins.
 */
export function sqlmeshContestant(size: number): Peer {
  const tool = installPythonTool("sqlmesh", "sqlmesh");
  if ("missing" in tool) return { name: "SQLMesh", missing: tool.missing };
  return {
    name: `SQLMesh ${tool.version}`,
    steps: (url) => {
      const cwd = makeSqlmeshProject(size, url);
      const plan = () =>
        measure({
          program: join(tool.bin, "sqlmesh"),
          args: ["plan", "--auto-apply", "--no-prompts"],
          cwd,
          env: { SQLMESH__DISABLE_ANONYMIZED_ANALYTICS: "true" },
        });
      return {
        "first run": plan,
        "nothing changed": plan,
        "one edit": () => {
          writeModel(cwd, editedModel(size), 1);
          return plan();
        },
      };
    },
  };
}

function makeSqlmeshProject(size: number, url: string): string {
  const folder = temporaryFolder("sqlmesh-project");
  mkdirSync(join(folder, "models"));
  const { host, port, user, database } = serverOf(url);
  const connection = {
    ...{ type: "postgres", host, port, user, password: "none", database, concurrent_tasks: 4 },
  };
  // JSON is YAML too
  writeFileSync(
    join(folder, "config.yaml"),
    JSON.stringify({
      gateways: { bench: { connection } },
      default_gateway: "bench",
      model_defaults: { dialect: "postgres", start: "2026-01-01" },
    }),
  );
  for (const index of everyModel(size)) writeModel(folder, index, 0);
  return folder;
}

function writeModel(folder: string, index: number, added: number): void {
  const query = modelQuery(index, (name) => `bench.${name}`, added);
  const head = `MODEL (name bench.model_${index}, kind FULL, audits (not_null(columns := (id))));`;
  writeFileSync(join(folder, "models", `model_${index}.sql`), `${head}\n\n${query}`);
}
