import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { CompiledGraph } from "../compiled-graph.ts";
import type { SettingsFailure } from "../compiler-process/core/compile-with-core.js";
import { projectSettingsOf } from "../settings/project-settings.ts";

/** The problem with `postgres: { … }` in the settings of a project, with its place. */
export function projectSettingsFailure(
  graph: CompiledGraph,
  projectDir: string,
): SettingsFailure | undefined {
  const [message] = projectSettingsOf(graph).problems;
  if (message === undefined) return undefined;
  const yaml = "workflow_settings.yaml";
  const fileName = existsSync(path.join(projectDir, yaml)) ? yaml : "dataform.json";
  const line = lineOf(message, readFileSync(path.join(projectDir, fileName), "utf8"));
  return { message, fileName, ...(line > 0 && { line }) };
}

/** The line, from 1, with the key that a message is about; 0 when there is none. */
function lineOf(message: string, text: string): number {
  const key =
    /^Unexpected property "([^"]+)"|^([\w.]+)/.exec(message)?.slice(1).find(Boolean) ?? "";
  const name = key.split(".").at(-1) ?? "";
  return text.split("\n").findIndex((line) => new RegExp(`\\b${name}["']?\\s*:`).test(line)) + 1;
}
