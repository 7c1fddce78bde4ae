import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { listProjectFiles } from "../../runner/compile/list-project-files.ts";
import { readProjectFile } from "../../runner/read-project-file.ts";

/** A project with these files and links, by their targets. */
function projectWith(files: Record<string, string>, links: Record<string, string>): string {
  const project = realpathSync(mkdtempSync(path.join(tmpdir(), "read-project-")));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  for (const name of [...Object.keys(files), ...Object.keys(links)]) {
    mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(project, name), text);
  for (const [name, target] of Object.entries(links)) {
    symlinkSync(target, path.join(project, name));
  }
  return project;
}

/** What is answered, without the name of the file. */
function answer(project: string, file: string): unknown {
  const read = readProjectFile(project, file);
  if ("bytes" in read) return read.bytes.toString();
  return "refused" in read ? read.refused.replace(`"${file}"`, "FILE") : read;
}

it("links within the project are followed, one by one", () => {
  const project = projectWith(
    { "shared/deep/a.txt": "a", "packages/p/index.js": "p", "node_modules/.pnpm/q@1/x/q.js": "q" },
    {
      "definitions/models": "../shared/deep",
      "includes/b.txt": "../definitions/models/../../shared/deep/a.txt",
      "includes/again.txt": "b.txt",
      "node_modules/p": "../packages/p",
      "node_modules/q": ".pnpm/q@1/x",
      self: ".",
      "loop-a": "loop-b",
      "loop-b": "loop-a",
    },
  );
  const absolute = path.join(project, "absolute.txt");
  symlinkSync(path.join(project, "shared/deep/a.txt"), absolute);
  const names = ["definitions/models/a.txt", "includes/b.txt", "includes/again.txt"]
    .concat(["absolute.txt", "node_modules/p/index.js", "node_modules/q/q.js"])
    .concat(["self/self/shared/deep/a.txt"]);
  const texts = names.map((name) => answer(project, name));
  expect(texts).toEqual(["a", "a", "a", "a", "p", "q", "a"]);
  expect(answer(project, "definitions/models/none.txt")).toEqual({ missing: true });
  expect(answer(project, "shared/deep/a.txt/none")).toEqual({ missing: true });
  expect(answer(project, "loop-a")).toMatch(/: ELOOP$/);
});

it("a link that leads elsewhere is refused alike, whatever is behind it", () => {
  const project = projectWith(
    { ".env": "secret", "target/run.json": "{}", "definitions/a.txt": "a" },
    {
      out: "/",
      there: "/etc/passwd",
      missing: "/etc/no-passwd",
      up: "..",
      env: ".env",
      none: ".none",
      built: "target/run.json",
      "over-there": "out/etc",
    },
  );
  const names = ["out/etc/passwd", "out/etc/no-passwd", "out/none/such", "there", "missing"]
    .concat(["out", "up", "up/none", "env", "none", "built", "over-there/passwd"])
    .concat(["over-there/no-passwd"]);
  const answers = new Set(names.map((name) => answer(project, name)));
  expect([...answers]).toEqual([
    expect.stringMatching(/^The project's code may read .*: FILE: a link in it leads elsewhere$/),
  ]);
});

it("a link in definitions that leads out of the project says so, whatever is behind it", () => {
  for (const target of ["/etc/passwd", "/etc/no-passwd", "/none/such"]) {
    const project = projectWith({ "dataform.json": "{}" }, { "definitions/a.sqlx": target });
    expect(() => listProjectFiles(project)).toThrow(
      "definitions/a.sqlx: this link leads out of the project folder.",
    );
  }
});
