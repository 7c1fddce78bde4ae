// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what SQLX files hold
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { compileProject } from "../../../runner/compile/compile-project.ts";
import { type Compilation, watchProject } from "../../../runner/compile/watch/watch-project.ts";
import { writeProject } from "./write-project.ts";

/** Watches a project until the test ends; `next` waits for the next compilation. */
function watched(projectDir: string) {
  const controller = new AbortController();
  const compilations: Compilation[] = [];
  const ended = watchProject(
    { projectDir, signal: controller.signal, onOutput: () => {} },
    (each) => {
      compilations.push(each);
    },
  );
  onTestFinished(async () => {
    controller.abort();
    await ended;
  });
  let read = 0;
  const next = async () => {
    while (compilations[read] === undefined) await setTimeout(5);
    return compilations[read++]?.outcome;
  };
  return { next, ended, stop: () => controller.abort(), count: () => compilations.length };
}

const files = {
  "includes/names.js": 'module.exports = { first: "1" };',
  "definitions/a.sqlx": 'config { type: "table" }\nselect ${names.first} as n',
  "definitions/b.sqlx":
    'config { type: "view", assertions: { uniqueKey: ["n"] } }\nselect n from ${ref("a")} as a',
  "definitions/leak.js":
    'globalThis.count = (globalThis.count ?? 0) + 1;\npublish("leak").query(`select ${globalThis.count} as n`);',
};

it("compiles after every change to what a compilation from the beginning gives", async () => {
  const projectDir = writeProject(files);
  const { next } = watched(projectDir);
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(projectDir, file)), { recursive: true });
    writeFileSync(path.join(projectDir, file), text);
  };
  const changes = [
    () => {},
    () => write("definitions/a.sqlx", 'config { type: "table" }\nselect 2 as n'),
    () => write("includes/names.js", 'module.exports = { first: "7" };'),
    () => write("definitions/new/deep/c.sqlx", 'config { type: "view" }\nselect 3 as n'),
    () => write("definitions/new/deep/c.sqlx", 'config { type: "view" }\nselect 4 as n'),
    () => rmSync(path.join(projectDir, "definitions/new"), { recursive: true }),
    () => write("definitions/b.sqlx", "select 'open"),
    () => write("definitions/b.sqlx", 'config { type: "view" }\nselect 5 as n'),
    () => write("dataform.json", '{ "defaultSchema": "other" }'),
  ];
  for (const change of changes) {
    // Gives the next process time to start and to read the files before one of them changes.
    await setTimeout(100);
    change();
    const expected = await compileProject({ projectDir });
    // A change in several steps is compiled more than once; the last result counts.
    let outcome = await next();
    for (let tries = 0; tries < 5; tries++) {
      if (JSON.stringify(outcome) === JSON.stringify({ graph: expected })) break;
      outcome = await next();
    }
    expect(outcome).toEqual({ graph: expected });
  }
});

it("says what is wrong with the settings, and goes on when they are right", async () => {
  const projectDir = writeProject(files);
  const { next } = watched(projectDir);
  expect(await next()).toHaveProperty("graph.tables.length", 3);
  writeFileSync(path.join(projectDir, "dataform.json"), "{");
  expect(await next()).toMatchObject({ error: { code: "PROJECT_INVALID" } });
  writeFileSync(path.join(projectDir, "dataform.json"), '{ "defaultSchema": "shop" }');
  expect(await next()).toHaveProperty("graph.tables.length", 3);
});

it("takes no notice of what is no part of the project, and ends when it is told to", async () => {
  const projectDir = writeProject({ ...files, "node_modules/x/index.js": "", "target/x.json": "" });
  const { next, ended, stop, count } = watched(projectDir);
  await next();
  writeFileSync(path.join(projectDir, "node_modules/x/index.js"), "1");
  writeFileSync(path.join(projectDir, "target/x.json"), "{}");
  writeFileSync(path.join(projectDir, ".hidden"), "");
  writeFileSync(path.join(projectDir, "definitions/a.sqlx"), "select 1");
  expect(await next()).toHaveProperty("graph.operations.length", 1);
  expect(count()).toBe(2);
  stop();
  await ended;
});
