// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what SQLX files hold
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSqlx } from "../../../runner/compile/compiler-process/sqlx/compile-sqlx.js";
import { compileInWorker } from "../../support/compile-project.ts";
import { writeProject } from "./write-project.ts";

const core = createRequire(import.meta.url)("@dataform/core") as {
  compiler: (text: string, file: string) => string;
};

async function compileFile(text: string) {
  const graph = await compileInWorker({
    projectDir: writeProject({
      "includes/f.js": 'module.exports = (x) => "<" + x + ">";',
      "definitions/a.sqlx": text,
    }),
  });
  return { graph, errors: graph.graphErrors?.compilationErrors ?? [] };
}

describe("SQL that core's lexer misreads compiles to what is written:", () => {
  it.each([
    { what: "a backslash before a quote", sql: "select 'C:\\', '--', 2" },
    {
      what: "a backslash before a quote and a separator",
      sql: "select 'C:\\'\n---\nselect 'D:\\'",
    },
    { what: "four apostrophes", sql: "select ''''\n---\nselect ''''''" },
    { what: "an escape string", sql: "select E'it\\'s -- no'\n---\nselect e'\\\\'" },
    {
      what: "an apostrophe in a dollar quote",
      sql: "do $$ begin perform 1; -- don't\nend $$\n---\nselect 1",
    },
    {
      what: "a separator in a dollar quote",
      sql: "do $a$ begin\n---\nend $a$",
      statements: ["do $a$ begin\n---\nend $a$"],
    },
    { what: "nested comments", sql: "/* a /* ' */ ' */ select 1\n---\nselect 2" },
    { what: "a backslash in a comment", sql: "select 1 -- C:\\new\\u0041\n, 2" },
    { what: "a word with dollar signs", sql: "select a$$b from c$$d" },
    { what: "a backtick", sql: "select 1 `||` 2, '`'" },
  ])("$what", async ({ sql, statements }) => {
    const { graph, errors } = await compileFile(sql);
    expect(errors).toEqual([]);
    expect(graph.operations?.[0]?.queries).toEqual(statements ?? sql.split("---"));
  });

  it("a call with a quoted argument in a quoted name, and with a template literal", async () => {
    const { graph } = await compileFile(
      'config { type: "table" }\nselect 1 as "${f("x")}", \'${f(`it\'s ${f(1)}`)}\' as b, $$${f(\'}\')}$$ as c',
    );
    expect(graph.tables?.[0]?.query).toBe("\nselect 1 as \"<x>\", '<it's <1>>' as b, $$<}>$$ as c");
  });

  it("a brace in a comment of a dollar quote does not end a block", async () => {
    const { graph, errors } = await compileFile(
      'config { type: "table" }\npre_operations {\n  do $$ begin -- } don\'t\n  end $$\n}\nselect 1\npost_operations { select \'}\', "}" /* } */ }',
    );
    expect(errors).toEqual([]);
    expect(graph.tables?.[0]).toMatchObject({
      preOps: ["\n  do $$ begin -- } don't\n  end $$\n"],
      query: "\n\nselect 1\n",
      postOps: [" select '}', \"}\" /* } */ "],
    });
  });

  it("a brace in a regular expression or text of a js block does not end it", async () => {
    const { graph, errors } = await compileFile(
      'config { type: "view" }\njs {\n  const clean = (s) => s.replace(/[}\'"]/g, "\\n}");\n  // it\'s }\n}\nselect \'${clean("a}b")}\'',
    );
    expect(errors).toEqual([]);
    expect(graph.tables?.[0]?.query).toBe("\n\nselect 'a\n}b'");
  });
});

describe("SQL that cannot be read surely is refused with its line:", () => {
  it.each([
    { what: "no blank in config{", text: 'config{ type: "table" }\nselect 1', line: 1 },
    { what: "two blanks before a brace", text: "select 1\npre_operations  { select 2 }", line: 2 },
    { what: "a misspelt block", text: "select 1\n\npostOperation { select 2 }", line: 3 },
    {
      what: "a separator that is a comment",
      text: 'config { type: "table" }\npre_operations { select 1 --- select 2 }\nselect 3\npost_operations { select 4 }\n',
      line: 2,
    },
    { what: "a block without an end", text: "select 1\npre_operations {\nselect 2\n", line: 2 },
    { what: "a js block without an end", text: "js {\nconst a = 1;\nselect 2\n", line: 1 },
    { what: "an open quote", text: "select 1,\n'abc", line: 2 },
    { what: "an open dollar quote", text: "select 1,\n$x$ abc $y$", line: 2 },
    { what: "an open comment", text: "select 1\n/* abc /* */", line: 2 },
    { what: "an open expression", text: "select 1\n, ${f(1", line: 2 },
    {
      what: "a dollar quote before a brace",
      text: "do $$${f(1)}$$;\nselect $a${f(1)}$a$",
      line: 2,
    },
    { what: "a prefix from an expression", text: "select\n${f(1)}e'it\\'s'", line: 2 },
    { what: "a stray brace", text: "select 1\n}", line: 2 },
  ])("$what", async ({ text, line }) => {
    const { errors } = await compileFile(text);
    expect(errors[0]?.fileName).toBe("definitions/a.sqlx");
    expect(errors[0]?.stack?.split("\n")[0]).toMatch(new RegExp(`definitions/a\\.sqlx:${line}$`));
    expect(errors[0]?.message).not.toMatch(/is not defined|Unexpected/);
  });
});

const plain = fc.stringMatching(/^[a-z0-9_ ,.()=<>:;|\n]{0,12}$/);
const inQuotes = fc.stringMatching(/^[a-z0-9_ ,{}\-/*\n]{0,10}$/);
const piece = fc.oneof(
  plain,
  inQuotes.map((text) => `'${text}'`),
  inQuotes.map((text) => `"${text.replaceAll("\n", "")}x"`),
  inQuotes.map((text) => `/* ${text.replaceAll("/", "")} */`),
  inQuotes.map((text) => `-- ${text.replaceAll("\n", "")}.\n`),
  fc.constantFrom(
    '${f("x")}',
    "${{ a: `}${1}` }.a}",
    "'${f('it')}'",
    "/* ${no} it's */",
    "-- ${no} it's\n",
    "\n---\n",
    "\n ---  \n",
    " - ",
  ),
);
const risky = fc.oneof(
  piece,
  fc
    .stringMatching(/^[a-z'"\\$ {}\-/*`\n]{0,10}$/)
    .map((text) => `'${text.replaceAll("'", "''").replaceAll("${", "$ {")}'`),
  fc.stringMatching(/^[a-z'"\\ {}\-`\n]{0,10}$/).map((text) => ` $q$ ${text} $q$`),
  inQuotes.map((text) => ` E'${text}\\'\\\\'`),
);

describe("any SQL", () => {
  it("of which core makes the right JavaScript becomes the same here, to the byte", () => {
    const project = fc.tuple(fc.array(piece), fc.array(piece), fc.array(piece));
    fc.assert(
      fc.property(project, ([before, inBlock, after]) => {
        const block = `\npre_operations {${inBlock.join(" ")}\n}\n`;
        const text = `config { type: "table" }\n${before.join(" ")}${block}${after.join(" ")}`;
        expect(compileSqlx(core.compiler, text, "a.sqlx")).toBe(core.compiler(text, "a.sqlx"));
      }),
      { numRuns: 1000 },
    );
  });

  it("comes out as it is written, statement by statement", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(
            risky.filter((sql) => !sql.includes("---\n") && !/--- {2}\n/.test(sql)),
            { minLength: 1 },
          ),
          { minLength: 1 },
        ),
        (all) => {
          const statements = all.map((pieces) => `\n${pieces.join(" ")}\n`);
          const { queries } = run(statements.join("---"));
          expect(queries).toEqual(statements.map(interpolated));
          const inBlock = run(`pre_operations {${statements.join("---")}}`);
          expect(inBlock.preOperations).toEqual(statements.map(interpolated));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

const f = (x: unknown) => `<${x}>`;

/** What the generated expressions stand for; in comments and texts of ours there are none. */
function interpolated(sql: string): string {
  return sql
    .replaceAll('${f("x")}', f("x"))
    .replaceAll("${{ a: `}${1}` }.a}", "}1")
    .replaceAll("${f('it')}", f("it"));
}

interface Contextables {
  sqlContextable: (context: object) => string[];
  preOperationsContextable?: (context: object) => string[];
}

function run(text: string): { queries: string[]; preOperations: string[] } {
  let action: Contextables | undefined;
  const dataform = { sqlxAction: (given: Contextables) => (action = given) };
  new Function("dataform", "f", compileSqlx(core.compiler, text, "a.sqlx"))(dataform, f);
  return {
    queries: action?.sqlContextable({}) ?? [],
    preOperations: action?.preOperationsContextable?.({}) ?? [],
  };
}
