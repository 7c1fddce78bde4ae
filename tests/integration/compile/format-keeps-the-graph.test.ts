import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { formatProject } from "../../../runner/format/format-project.ts";
import { compileInWorker } from "../../support/compile-project.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const parts = ["dataform.json", "definitions", "includes", "unit_tests"];
const fixtures = ["every-action-type", "incremental-tables", "names-that-need-quotes"];

function copyOf(project: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "dataform-format-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const names = project === "." ? parts : [`tests/fixtures/projects/${project}`];
  for (const name of names) {
    const target = project === "." ? path.join(folder, name) : folder;
    cpSync(path.join(repository, name), target, { recursive: true });
  }
  return folder;
}

// Whitespace in a query has no meaning; that strings stay the same is checked by the formatter itself.
async function graphOf(projectDir: string): Promise<string> {
  return JSON.stringify(await compileInWorker({ projectDir })).replace(/\\[nrt]|\s/g, "");
}

async function statuses(projectDir: string): Promise<Set<string>> {
  const options = { projectDir, paths: [], withJavaScript: true, write: true };
  return new Set((await formatProject(options)).map(({ status }) => status));
}

describe.each([".", ...fixtures])("the project %s", (project) => {
  it("compiles to the same graph in every layout, and formatting it again changes nothing", async () => {
    const folder = copyOf(project);
    const before = await graphOf(folder);
    for (const settings of [{ layout: "dataform" }, { layout: "compact", lineWidth: 60 }]) {
      writeFileSync(path.join(folder, ".dataform-format.json"), JSON.stringify(settings));
      expect(await statuses(folder)).toContain("changed");
      expect(await statuses(folder)).toEqual(new Set(["unchanged"]));
      expect(await graphOf(folder)).toBe(before);
    }
  });
});
