import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import type { CompiledGraph } from "../../runner/compile/compiled-graph.ts";
import { listProjectFiles } from "../../runner/compile/list-project-files.ts";

const require = createRequire(import.meta.url);
const cli = path.resolve(import.meta.dirname, "../../node_modules/@dataform/cli/bundle.js");

/**
 * Makes a folder one that Dataform's own command compiles, after `fill` has put the project there: it wants core in the
 * project's own node_modules, and no link there. Returns the folder.
 */
export function withCore(folder: string, fill?: (folder: string) => void): string {
  mkdirSync(folder, { recursive: true });
  fill?.(folder);
  const core = path.join(folder, "node_modules/@dataform/core");
  mkdirSync(core, { recursive: true });
  cpSync(path.dirname(require.resolve("@dataform/core")), core, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), "{}");
  return folder;
}

/** What Dataform's own command compiles a project to. */
export async function compileWithDataformCli(projectDir: string): Promise<CompiledGraph> {
  return JSON.parse(await compiledByDataform(projectDir, ["--json"])) as CompiledGraph;
}

/** As `compileWithDataformCli`, but the graph is kept as the answer of `keptAnswer`. */
export async function keptFromDataformCli(
  projectDir: string,
  flags: string[],
  name: string,
): Promise<CompiledGraph> {
  const ask = async () => JSON.parse(await compiledByDataform(projectDir, ["--json", ...flags]));
  return (await keptAnswer({ projectDir, flags, name }, ask)) as CompiledGraph;
}

/** What `dataform compile --dot` of Dataform prints for a project, kept as the answer of `keptAnswer`. */
export async function keptDot(projectDir: string, name: string): Promise<string> {
  const flags = ["--dot"];
  const ask = () => compiledByDataform(projectDir, flags);
  return (await keptAnswer({ projectDir, flags, name }, ask)) as string;
}

/**
 * An answer of Dataform's command, which takes seconds. It is asked only when the project, the flags or Dataform's
 * version are others than those of the answer in `tests/fixtures/official`, which is then replaced; and in a run with
 * `PROPERTY_RUNS`, as each night.
 */
async function keptAnswer(
  { projectDir, flags, name }: { projectDir: string; flags: string[]; name: string },
  ask: () => Promise<unknown>,
): Promise<unknown> {
  const file = path.resolve(import.meta.dirname, `../fixtures/official/${name}.json`);
  const question = hashOfProject(projectDir, flags);
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  if (kept.question === question && !process.env.PROPERTY_RUNS) return kept.graph;
  const graph = await ask();
  writeFileSync(file, `${JSON.stringify({ question, graph })}\n`);
  return graph;
}

async function compiledByDataform(projectDir: string, flags: string[]): Promise<string> {
  const { stdout } = await runDataformCli(["compile", ...flags, projectDir]);
  return stdout;
}

function hashOfProject(projectDir: string, flags: string[]): string {
  const hash = createHash("sha256").update(JSON.stringify(flags));
  for (const program of [cli, require.resolve("@dataform/core")]) {
    hash.update(readFileSync(path.join(path.dirname(program), "package.json")));
  }
  for (const name of listProjectFiles(projectDir)) {
    hash.update(`\0${name}\0`).update(readFileSync(path.join(projectDir, name)));
  }
  return hash.digest("hex");
}

function runDataformCli(args: string[]) {
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
