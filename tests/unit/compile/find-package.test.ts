import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findPackage } from "../../../runner/compile/processes/find-package.ts";

/** A project with these files; a value that begins with `->` is what a link of that name leads to. */
function projectWith(files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "find-package-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const project = path.join(folder, "project");
  mkdirSync(project);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(project, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (text.startsWith("->")) symlinkSync(text.slice(2), file);
    else writeFileSync(file, text);
  }
  return project;
}

/** What Node finds; only for projects without a link that leads out of them. */
function nodesAnswer(id: string, from: string): unknown {
  try {
    return { file: realpathSync.native(createRequire(from + path.sep).resolve(id)) };
  } catch {
    return { missing: true };
  }
}

const packageJson = (settings: Record<string, unknown>) => JSON.stringify(settings);

const files = {
  "package.json": packageJson({ imports: { "#own": "./includes/own.js", "#dep": "plain" } }),
  "includes/own.js": "",
  "node_modules/plain/index.js": "",
  "node_modules/plain/lib/a.js": "",
  "node_modules/plain/lib/b.json": "{}",
  "node_modules/plain/lib/b.js": "",
  "node_modules/plain/both": "",
  "node_modules/plain/both.js": "",
  "node_modules/plain/folder/index.json": "{}",
  "node_modules/single.js": "",
  "node_modules/with-main/package.json": packageJson({ main: "lib/main" }),
  "node_modules/with-main/lib/main.js": "",
  "node_modules/main-folder/package.json": packageJson({ main: "./lib/" }),
  "node_modules/main-folder/lib/index.js": "",
  "node_modules/broken/package.json": "{",
  "node_modules/broken/index.js": "",
  "node_modules/@scope/scoped/index.js": "",
  "node_modules/one-export/package.json": packageJson({ exports: "./a.js" }),
  "node_modules/one-export/a.js": "",
  "node_modules/one-export/hidden.js": "",
  "node_modules/exporting/package.json": packageJson({
    exports: {
      ".": { import: "./b.js", require: { browser: "./c.js", default: "./a.js" } },
      "./list": ["./b.js", "./a.js"],
      "./lost": "./missing.js",
      "./none": null,
      "./lib/*": "./deep/*.js",
      "./lib/special/*": "./deep/special-*.js",
      "./lib/*/none": null,
      "./package.json": "./package.json",
      "./up": "./../plain/index.js",
    },
  }),
  "node_modules/exporting/a.js": "",
  "node_modules/exporting/b.js": "",
  "node_modules/exporting/c.js": "",
  "node_modules/exporting/deep/x.js": "",
  "node_modules/exporting/deep/special-x.js": "",
  "node_modules/linked": "->../packages/linked",
  "packages/linked/index.js": "",
  "packages/linked/node_modules/inner/index.js": "",
  "node_modules/pnpm-made": "->.pnpm/pnpm-made@1.0.0/node_modules/pnpm-made",
  "node_modules/.pnpm/pnpm-made@1.0.0/node_modules/pnpm-made/index.js": "",
  "node_modules/.pnpm/pnpm-made@1.0.0/node_modules/beside/index.js": "",
  "node_modules/.pnpm/node_modules/hoisted/index.js": "",
  "node_modules/plain/node_modules/inner/index.js": "",
};

const ids = ["plain", "plain/", "plain/lib/a", "plain/lib/a.js", "plain/lib/b", "plain/both"]
  .concat(["plain/folder", "plain/lib", "plain/missing", "single", "with-main", "main-folder"])
  .concat(["broken", "@scope/scoped", "@scope", "one-export", "one-export/a.js"])
  .concat(["one-export/hidden", "exporting", "exporting/a.js", "exporting/list", "exporting/lost"])
  .concat(["exporting/none", "exporting/lib/x", "exporting/lib/special/x", "exporting/lib/x/none"])
  .concat(["exporting/package.json", "exporting/up", "linked", "linked/index", "pnpm-made"])
  .concat(["beside", "hoisted", "inner", "missing", "fs", "node:fs", "#own", "#dep", "#none"])
  .concat(["./index", "./lib/a", ".", "./", "..", "../single", "../../includes/own", "./missing"])
  .concat(["", "a/../plain", "%41", ".hidden"]);

describe("a package is found as Node finds it", () => {
  const folders = ["", "definitions", "node_modules/plain", "node_modules/plain/lib"]
    .concat(["node_modules/exporting", "packages/linked"])
    .concat(["node_modules/.pnpm/pnpm-made@1.0.0/node_modules/pnpm-made"]);

  it.each(folders)('from "%s"', (folder) => {
    const project = projectWith({ ...files, "definitions/a.js": "" });
    const from = path.join(project, folder);
    const found = Object.fromEntries(ids.map((id) => [id, findPackage(id, from, project)]));
    const wanted = Object.fromEntries(ids.map((id) => [id, nodesAnswer(id, from)]));
    // A path with `..` after its beginning is refused, whatever it leads to.
    expect(found).toEqual({ ...wanted, "a/../plain": { missing: true } });
  });
});

// Node finds it too, and complains.
it("a package whose main file is missing has its index", () => {
  const project = projectWith({
    "node_modules/lost-main/package.json": packageJson({ main: "missing.js" }),
    "node_modules/lost-main/index.js": "",
  });
  const file = path.join(project, "node_modules/lost-main/index.js");
  expect(findPackage("lost-main", project, project)).toEqual({ file });
});

describe("what is outside of the project tells nothing", () => {
  const outside = { isOutside: true };

  it("a link that leads there is told, and not whether something is behind it", () => {
    const project = projectWith({
      "node_modules/root": "->/",
      "node_modules/there.js": "->/etc/passwd",
      "node_modules/missing.js": "->/etc/no-passwd",
      "node_modules/package/out": "->/",
      "node_modules/package/index.js": "",
      "node_modules/main-there/package.json": packageJson({ main: "./out/etc/passwd" }),
      "node_modules/main-there/index.js": "",
      "node_modules/main-there/out": "->/",
      "node_modules/main-missing/package.json": packageJson({ main: "./out/etc/no-passwd" }),
      "node_modules/main-missing/index.js": "",
      "node_modules/main-missing/out": "->/",
      "node_modules/settings/package.json": "->/etc/passwd",
      "node_modules/settings/index.js": "",
    });
    const answers = ["root/etc/passwd", "root/etc/no-passwd", "root", "there", "missing"]
      .concat(["package/out/etc/passwd", "package/out/etc/no-passwd", "settings"])
      .concat(["main-there", "main-missing", "./node_modules/root/etc/passwd"])
      .concat(["./node_modules/root/etc/no-passwd"])
      .map((id) => [id, findPackage(id, project, project)]);
    expect(answers).toEqual(answers.map(([id]) => [id, outside]));
  });

  it("a package above the project counts as none, there or not", () => {
    const project = projectWith({ "definitions/a.js": "" });
    mkdirSync(path.join(project, "../node_modules/above"), { recursive: true });
    writeFileSync(path.join(project, "../node_modules/above/index.js"), "");
    for (const id of ["above", "above/index.js", "none"]) {
      expect(findPackage(id, path.join(project, "definitions"), project)).toEqual({
        missing: true,
      });
    }
    for (const from of [path.dirname(project), `${project}/../other`, "/", ""]) {
      expect(findPackage("above", from, project)).toEqual({ missing: true });
    }
  });

  it("a hidden file counts as none, there or not", () => {
    const project = projectWith({
      "node_modules/kept/.env": "",
      "node_modules/kept/index.js": "",
      ".env": "",
      ".git/config": "",
      "node_modules/git": "->../.git",
    });
    for (const id of ["kept/.env", "kept/.none", "./.env", "./.none", "./.git/config"]) {
      expect(findPackage(id, project, project)).toEqual({ missing: true });
    }
    expect(findPackage("git/config", project, project)).toEqual(outside);
    expect(findPackage("git/none", project, project)).toEqual(outside);
  });
});
