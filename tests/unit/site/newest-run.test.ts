import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { newestRun } from "../../../site/read/newest-run.ts";

function projectWith(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-newest-run-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "target"));
  writeFileSync(join(folder, "target", "run_results.json"), file);
  return folder;
}

const failed = {
  database: "here",
  status: "failed",
  timing: { startTimeMillis: 1, endTimeMillis: 2 },
  actions: [
    { target: { schema: "s", name: "good" }, status: "successful", tasks: [] },
    {
      target: { schema: "s", name: "bad" },
      status: "failed",
      tasks: [{ error: { message: 'invalid value: "secret"\nmore' } }],
    },
    {
      target: { schema: "s", name: "doubled" },
      status: "failed",
      tasks: [{ error: { message: "not unique by (mail): (a@b.example) 2 times" } }],
    },
  ],
};

it("tells what failed in the newest run of this database, without its values", () => {
  expect(newestRun(projectWith(JSON.stringify(failed)), "here", false)).toEqual({
    status: "failed",
    endedAtMillis: 2,
    failures: [
      { name: "bad", message: 'invalid value: "…"' },
      { name: "doubled", message: "not unique by (…): (…) 2 times" },
    ],
  });
  expect(newestRun(projectWith(JSON.stringify(failed)), "here", true)?.failures[0]?.message).toBe(
    'invalid value: "secret"',
  );
});

it("knows nothing of a run of another database, a broken file or none", () => {
  expect(newestRun(projectWith(JSON.stringify(failed)), "elsewhere", false)).toBeUndefined();
  expect(newestRun(projectWith("{"), "here", false)).toBeUndefined();
  expect(newestRun("/nowhere", "here", false)).toBeUndefined();
});
