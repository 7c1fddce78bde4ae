import { execFile } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import type { CompiledGraph } from "../../runner/compile/compiled-graph.ts";

const require = createRequire(import.meta.url);
const cli = path.resolve(import.meta.dirname, "../../node_modules/@dataform/cli/bundle.js");

/**
 * Makes a project in an empty folder that Dataform's own command compiles: it wants core in the
 * project's own node_modules, and no link there. Returns the folder.
 */
export function withCore(folder: string, fill: (folder: string) => void): string {
  mkdirSync(folder, { recursive: true });
  fill(folder);
  const core = path.join(folder, "node_modules/@dataform/core");
  mkdirSync(core, { recursive: true });
  cpSync(path.dirname(require.resolve("@dataform/core")), core, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), "{}");
  return folder;
}

/** What Dataform's own command compiles a project to. */
export async function compileWithDataformCli(
  projectDir: string,
  flags: string[],
): Promise<CompiledGraph> {
  const { stdout } = await runDataformCli(["compile", "--json", ...flags, projectDir]);
  return JSON.parse(stdout) as CompiledGraph;
}

/** Runs Dataform's own command. */
export function runDataformCli(args: string[]) {
  return promisify(execFile)(process.execPath, [cli, ...args], { maxBuffer: 2 ** 26 });
}

/** A graph of Dataform's with references and texts of row conditions as PostgreSQL writes them. */
export function inPostgres(graph: CompiledGraph): unknown {
  const inText = (text: string) =>
    text
      .replace(/`([\w-]+(?:\.[\w-]+)+)`/g, (_, reference: string) =>
        reference
          .split(".")
          .slice(-2)
          .map((part) => `"${part}"`)
          .join("."),
      )
      .replace(
        /'((?:[^'\\]|\\.)*)' AS failing_row_condition/g,
        (_, escaped: string) =>
          `'${escaped.replace(/\\(.)/g, "$1").replaceAll("'", "''")}' AS failing_row_condition`,
      );
  return JSON.parse(JSON.stringify(graph), (key, value: unknown) =>
    typeof value === "string" && key !== "jitCode" ? inText(value) : value,
  );
}
