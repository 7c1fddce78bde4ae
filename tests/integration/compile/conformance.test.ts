import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { CompiledGraph } from "../../../runner/compile/compiled-graph.ts";
import { shortenAssertionNames } from "../../../runner/compile/shorten-assertion-names.ts";
import { compileInWorker } from "../../support/compile-project.ts";
import {
  compileWithDataformCli,
  inPostgres,
  keptDot,
  keptFromDataformCli,
  withCore,
} from "../../support/official-command.ts";
import { dataform } from "../../support/run-command.ts";
import { withoutRules } from "../../support/without-rules.ts";

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
    const name = flags.length > 0 ? `${project}-with-flags` : project;
    const theirs = await keptFromDataformCli(projectDir, flags, name);
    const ours = await compileInWorker({ projectDir, overrides });
    expect(theirs.targets?.length).toBeGreaterThan(7);
    expect(theirs.graphErrors).toEqual({});
    expect(withoutRules(ours)).toEqual(inPostgres(theirs));
  });
});

it("this repository's own definitions compile with Dataform's own command, to the same actions", async () => {
  const repository = path.resolve(import.meta.dirname, "../../..");
  const projectDir = withCore(path.join(copies, "repository"), (copy) => {
    for (const part of ["definitions", "includes", "dataform.json"]) {
      cpSync(path.join(repository, part), path.join(copy, part), { recursive: true });
    }
  });
  const theirs = await compileWithDataformCli(projectDir);
  expect(theirs.graphErrors).toEqual({});
  const ours = await compileInWorker({ projectDir });
  const names = ({ targets }: CompiledGraph) => targets?.map(({ schema, name }) => [schema, name]);
  // PostgreSQL keeps 63 bytes of a name: ours are shortened where a built-in assertion's is longer.
  expect(names(ours)).toEqual(names(shortenAssertionNames(theirs).graph));
});

it("--dot prints what Dataform's own command prints", async () => {
  const projectDir = copyWithCore("every-action-type");
  const theirs = await keptDot(projectDir, "every-action-type-as-dot");
  const { stdout: ours } = await dataform(["compile", "--dot", projectDir]);
  expect(ours).toBe(theirs);
});

/** Dataform's command wants core in the project's own node_modules, and no link there. */
function copyWithCore(project: string): string {
  const copy = path.join(mkdtempSync(`${copies}${path.sep}`), project);
  return withCore(copy, () => cpSync(path.join(projects, project), copy, { recursive: true }));
}
