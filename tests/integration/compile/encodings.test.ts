import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { chooseConnection } from "../../../runner/database/settings/connection-settings.ts";
import { formatProject } from "../../../runner/format/format-project.ts";
import { compileInWorker } from "../../support/compile-project.ts";
import { writeProject } from "./write-project.ts";

/** A project with files of the given bytes, and a sound one. */
function projectOf(files: Record<string, Buffer>): string {
  const projectDir = writeProject({
    "definitions/sound.sqlx": 'config { type: "view" }\nselect 1',
  });
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(projectDir, file)), { recursive: true });
    writeFileSync(path.join(projectDir, file), bytes);
  }
  return projectDir;
}

const sqlx = "config { type: \"view\" }\n-- city\nselect 'Zürich' as city\n";
const bom = "\uFEFF";

it("refuses a file of another encoding with its line, whatever kind of file it is", async () => {
  const projectDir = projectOf({
    "definitions/latin.sqlx": Buffer.from(sqlx, "latin1"),
    "definitions/wide.sqlx": Buffer.from(bom + sqlx, "utf16le"),
    "definitions/big.sqlx": Buffer.from(bom + sqlx, "utf16le").swap16(),
    "definitions/nul.sqlx": Buffer.from(`${sqlx}\0`),
    "definitions/cities.js": Buffer.from("\nconst name = 'Zürich';\n", "latin1"),
  });
  const graph = await compileInWorker({ projectDir });
  const errors = (graph.graphErrors?.compilationErrors ?? []).map(
    ({ fileName, message, stack }) => [
      fileName,
      stack?.split("\n")[0]?.split(":").at(-1),
      message.slice(0, 24),
    ],
  );
  expect(errors.sort()).toEqual([
    ["definitions/big.sqlx", "1", "The file is UTF-16, and "],
    ["definitions/cities.js", "2", "The file is not UTF-8 (L"],
    ["definitions/latin.sqlx", "3", "The file is not UTF-8 (L"],
    ["definitions/nul.sqlx", "4", "The file holds a NUL byt"],
    ["definitions/wide.sqlx", "1", "The file is UTF-16, and "],
  ]);
});

it("refuses a file of another encoding that actions.yaml names", async () => {
  const projectDir = projectOf({
    "definitions/actions.yaml": Buffer.from("actions:\n  - table:\n      filename: latin.sql\n"),
    "definitions/latin.sql": Buffer.from("select 1,\n\n'é' as a", "latin1"),
  });
  const { graphErrors } = await compileInWorker({ projectDir });
  const [error] = graphErrors?.compilationErrors ?? [];
  expect(error?.stack?.split("\n")[0]).toBe(`${projectDir}/definitions/latin.sql:3`);
});

it.each(["dataform.json", "workflow_settings.yaml"])(
  "refuses %s in another encoding",
  async (file) => {
    const text =
      file === "dataform.json"
        ? '{\n"defaultSchema": "é"}'
        : "defaultProject: p\ndefaultDataset: é\n";
    const projectDir = writeProject({ [file]: "" });
    writeFileSync(path.join(projectDir, file), Buffer.from(text, "latin1"));
    await expect(compileInWorker({ projectDir })).rejects.toThrow(
      `${file}:2: The file is not UTF-8`,
    );
  },
);

it.each([
  { file: "dataform.json", text: '{ "defaultSchema": "shop", "vars": { "city": "Zürich" } }' },
  { file: "workflow_settings.yaml", text: 'defaultDataset: shop\nvars:\n  city: "Zürich"\n' },
])("takes a byte order mark and CRLF in $file and in every other file", async ({ file, text }) => {
  const crlf = (lines: string) => bom + lines.replaceAll("\n", "\r\n");
  const projectDir = writeProject({
    [file]: crlf(text),
    "package.json": crlf('{ "dependencies": { "@dataform/core": "2.0.0" } }'),
    "includes/names.json": crlf('{ "a": "b" }'),
    "definitions/a.sqlx": crlf("config { type: 'view' }\nselect '\u0024{names.a}' as a\n"),
    "includes/names.js": crlf('module.exports = { a: require("./names.json").a };\n'),
    ".env": `${bom}DATABASE_URL=postgres://me@example.org/db\r\n`,
  });
  const notices: string[] = [];
  const graph = await compileInWorker({ projectDir, onNotice: (line) => notices.push(line) });
  expect(graph.graphErrors?.compilationErrors ?? []).toEqual([]);
  expect(graph.projectConfig.vars).toEqual({ city: "Zürich" });
  expect(graph.tables?.[0]?.query?.trim()).toBe("select 'b' as a");
  expect(notices).toEqual([expect.stringContaining("package.json: asks for @dataform/core 2.0.0")]);
  expect(chooseConnection({ projectDir, env: {} }).kind).toBe("server");
});

it("format leaves a file of another encoding alone", async () => {
  const bytes = Buffer.from("config { type: \"view\" }\nselect   'é'   as a", "latin1");
  const projectDir = projectOf({ "definitions/latin.sqlx": bytes });
  const results = await formatProject({
    projectDir,
    paths: [],
    write: true,
    withJavaScript: false,
  });
  expect(results.find(({ fileName }) => fileName === "definitions/latin.sqlx")).toEqual({
    fileName: "definitions/latin.sqlx",
    status: "leftAlone",
    reason: "definitions/latin.sqlx:2: the file is not UTF-8",
  });
  expect(readFileSync(path.join(projectDir, "definitions/latin.sqlx"))).toEqual(bytes);
});
