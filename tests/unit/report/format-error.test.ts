import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatError } from "../../../runner/report/console/format-error.ts";
import { createSourceReader } from "../../../runner/report/console/read-source.ts";
import { everythingHostile } from "./sample-run.ts";

const fileName = "definitions/silver/x.sqlx";
const source = `config { type: "table" }\n\nselect\n  dration\nfrom \${ref("raw")}\n`;
const statement = 'select\n  dration\nfrom "bronze"."raw"';

describe("formatError", () => {
  it("shows the place, the message with SQLSTATE, the SQL with a caret, detail, hint and context", () => {
    const error = {
      message: 'column "dration" does not exist',
      sqlstate: "42703",
      hint: 'Perhaps you meant "duration".',
      detail: "first\nsecond",
      where: "PL/pgSQL function f() line 3",
      statement,
      position: 10,
    };
    expect(formatError(error, { fileName }, { readSource: () => source }).join("\n")).toBe(
      [
        "definitions/silver/x.sqlx:4:3",
        'error: column "dration" does not exist (SQLSTATE 42703)',
        "compiled SQL:",
        "  1 | select",
        "> 2 |   dration",
        "    |   ^",
        '  3 | from "bronze"."raw"',
        "detail: first",
        "  second",
        'hint: Perhaps you meant "duration".',
        "where: PL/pgSQL function f() line 3",
      ].join("\n"),
    );
  });

  it("says when the place is that of an expression or a guess", () => {
    const at = (position: number) =>
      formatError(
        { message: "m", statement, position },
        { fileName },
        { readSource: () => source },
      );
    expect(at(statement.indexOf('"bronze"') + 1)[0]).toBe(
      `${fileName}:5:6 (in the SQL that this expression became)`,
    );
  });

  it("shows the first lines of the statement when PostgreSQL names no position", () => {
    const lines = formatError({ message: "division by zero", statement }, { fileName });
    expect(lines).toEqual([
      fileName,
      "error: division by zero",
      "compiled SQL:",
      "  1 | select",
      "  2 |   dration",
      '  3 | from "bronze"."raw"',
    ]);
  });

  it("names the line on which the statement begins when PostgreSQL names no position", () => {
    const place = (sql: string, text = source) =>
      formatError({ message: "m", statement: sql }, { fileName }, { readSource: () => text })[0];
    expect(place(`\n\n${statement}\n`)).toBe(`${fileName}:3 (the statement begins here)`);
    const twoOperations = `select 1\n---\ndrop table a\n---\ndrop table \${ref("b")}\n`;
    expect(place("drop table a", twoOperations)).toContain(":3 (");
    expect(place('drop table "x"."b"', twoOperations)).toContain(":5 (");
    expect(place("select 1", `${twoOperations}---\nselect 1`)).toBe(fileName);
    expect(place("select pg_size(1)")).toBe(fileName);
    expect(place("select\n  other\nfrom a")).toBe(fileName);
  });

  it("names the file alone when the statement is not in it, and shows paths as told", () => {
    const lines = formatError(
      { message: "m", statement: "lock table zzz", position: 12 },
      { fileName },
      { readSource: () => source, showPath: (path) => `../app/${path}` },
    );
    expect(lines[0]).toBe(`../app/${fileName}`);
  });

  it("shows what did not come from the server with its message alone", () => {
    expect(formatError({ message: "connection closed" }, { fileName })).toEqual([
      fileName,
      "error: connection closed",
    ]);
  });

  it("neutralises escapes and keeps a message of a megabyte short", () => {
    const long = "x".repeat(1_000_000);
    const lines = formatError(
      {
        message: everythingHostile + long,
        sqlstate: "XX000",
        detail: everythingHostile,
        statement: everythingHostile + long,
        position: 5,
      },
      { fileName },
    );
    const text = lines.join("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain("more characters) (SQLSTATE XX000)\n");
  });
});

describe("createSourceReader", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "read-source-"));
    mkdirSync(join(folder, "project/definitions"), { recursive: true });
    writeFileSync(join(folder, "secret.txt"), "secret");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("reads files of the project and nothing outside, also not through a link", () => {
    const project = join(folder, "project");
    writeFileSync(join(project, "definitions/a.sqlx"), "select 1");
    symlinkSync(join(folder, "secret.txt"), join(project, "definitions/link.sqlx"));
    const read = createSourceReader(project);
    expect(read("definitions/a.sqlx")).toBe("select 1");
    expect(read("definitions/link.sqlx")).toBeUndefined();
    expect(read("../secret.txt")).toBeUndefined();
    expect(read("definitions/missing.sqlx")).toBeUndefined();
    expect(read("definitions")).toBeUndefined();
  });
});
