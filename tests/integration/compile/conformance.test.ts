import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { compileProject } from "../../../runner/compile/compile-project.ts";
import type { CompiledGraph } from "../../../runner/compile/compiled-graph.ts";
import { shortenAssertionNames } from "../../../runner/compile/shorten-assertion-names.ts";
import { dataform } from "../../support/run-command.ts";

const require = createRequire(import.meta.url);
const projects = path.resolve(import.meta.dirname, "../../fixtures/projects");
const copies = realpathSync(mkdtempSync(path.join(tmpdir(), "dataform-conformance-")));
afterAll(() => rmSync(copies, { recursive: true, force: true }));

describe.each([
  { project: "every-action-type", flags: [], overrides: {} },
  { project: "settings-in-yaml", flags: [], overrides: {} },
  { project: "javascript-api", flags: [], overrides: {} },
  { project: "actions-in-yaml", flags: [], overrides: {} },
  { project: "incremental-tables", flags: [], overrides: {} },
  { project: "assertions-as-dependencies", flags: [], overrides: {} },
  { project: "only-for-bigquery", flags: [], overrides: {} },
  {
    project: "every-action-type",
    flags: [
      "--default-schema=other",
      "--assertion-schema=other_checks",
      "--schema-suffix=ci",
      "--table-prefix=pr7",
      "--vars=firstDay=2026-02-03,more=x",
      "--disable-assertions",
    ],
    overrides: {
      defaultSchema: "other",
      assertionSchema: "other_checks",
      schemaSuffix: "ci",
      tablePrefix: "pr7",
      vars: { firstDay: "2026-02-03", more: "x" },
      disableAssertions: true,
    },
  },
])("$project compiled with $flags", ({ project, flags, overrides }) => {
  it("is, field by field, what Dataform's own command prints, but for quotes in SQL", async () => {
    const projectDir = copyWithCore(project);
    const theirs = await compileWithDataformCli(projectDir, flags);
    const ours = await compileProject({ projectDir, overrides });
    expect(theirs.targets?.length).toBeGreaterThan(7);
    expect(theirs.graphErrors).toEqual({});
    expect(ours).toEqual(inPostgres(theirs));
  });
});

it("this repository's own definitions compile with Dataform's own command, to the same actions", async () => {
  const repository = path.resolve(import.meta.dirname, "../../..");
  const projectDir = withCore(path.join(copies, "repository"), (copy) => {
    for (const part of ["definitions", "includes", "dataform.json"]) {
      cpSync(path.join(repository, part), path.join(copy, part), { recursive: true });
    }
  });
  const theirs = await compileWithDataformCli(projectDir, []);
  expect(theirs.graphErrors).toEqual({});
  const ours = await compileProject({ projectDir });
  const names = ({ targets }: CompiledGraph) => targets?.map(({ schema, name }) => [schema, name]);
  // PostgreSQL keeps 63 bytes of a name: ours are shortened where a built-in assertion's is longer.
  expect(names(ours)).toEqual(names(shortenAssertionNames(theirs)));
});

it("--dot prints what Dataform's own command prints", async () => {
  const projectDir = copyWithCore("every-action-type");
  const { stdout: theirs } = await runDataformCli(["compile", "--dot", projectDir]);
  const { stdout: ours } = await dataform(["compile", "--dot", projectDir]);
  expect(ours).toBe(theirs);
});

/** Dataform's command wants core in the project's own node_modules, and no link there. */
function copyWithCore(project: string): string {
  const copy = path.join(mkdtempSync(`${copies}${path.sep}`), project);
  return withCore(copy, () => cpSync(path.join(projects, project), copy, { recursive: true }));
}

function withCore(copy: string, fill: (copy: string) => void): string {
  mkdirSync(copy, { recursive: true });
  fill(copy);
  const core = path.join(copy, "node_modules/@dataform/core");
  mkdirSync(core, { recursive: true });
  cpSync(path.dirname(require.resolve("@dataform/core")), core, { recursive: true });
  writeFileSync(path.join(copy, "package.json"), "{}");
  return copy;
}

async function compileWithDataformCli(projectDir: string, flags: string[]): Promise<CompiledGraph> {
  const { stdout } = await runDataformCli(["compile", "--json", ...flags, projectDir]);
  return JSON.parse(stdout) as CompiledGraph;
}

function runDataformCli(args: string[]) {
  const cli = path.resolve(import.meta.dirname, "../../../node_modules/@dataform/cli/bundle.js");
  return promisify(execFile)(process.execPath, [cli, ...args], { maxBuffer: 2 ** 26 });
}

/** References and texts of row conditions as PostgreSQL writes them; all else stays. */
function inPostgres(graph: CompiledGraph): unknown {
  const inText = (text: string) =>
    text
      .replace(/`([^`]+)`/g, (_, reference: string) =>
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
