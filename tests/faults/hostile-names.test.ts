import { beforeEach, describe, expect, it } from "vitest";
import { assertCompiled } from "../../runner/compile/checks/assert-compiled.ts";
import type { Database } from "../../runner/database/database.ts";
import { quoteIdentifier } from "../../runner/names/identifiers.ts";
import { compileInWorker } from "../support/compile-project.ts";
import { openTestDatabase } from "../support/opened-database.ts";
import { runProject } from "../support/run-project.ts";
import { temporaryProject } from "../support/temporary-project.ts";
import { anyServer } from "../support/test-database.ts";

const accepted = [
  'qu"ote',
  "apo'strophe",
  "semi;colon",
  "back\\slash",
  "'; drop table orders; --",
  "/* comment */",
  "$$",
  "$".concat("{x}"),
  "`tick`",
  "%s %I",
  "select",
  "table",
  "Orders",
  "orders",
  "ünï",
  "日本",
  "🙂",
  "\u202eabc",
  "<script>",
  " blank ",
  "x".repeat(63),
  "é".repeat(31),
];

const refused: [string, string][] = [
  ["a\nb", "holds a control character"],
  ["c\td", "holds a control character"],
  ["a\0b", "holds a control character"],
  ["a\u001b[31m", "holds a control character"],
  ["a\ud800", "holds half a character"],
  ["x".repeat(64), "is 64 bytes long"],
  ["é".repeat(32), "is 64 bytes long"],
];

const publishing = (code: string) => ({ "all.js": code });
const asTable = (name: string, config: object = {}) =>
  `publish(${JSON.stringify(name)}, ${JSON.stringify({ type: "table", ...config })}).query("select 1 as a");`;

async function messageOf(code: string): Promise<string> {
  const { folder } = temporaryProject(publishing(code));
  const graph = await compileInWorker({ projectDir: folder });
  try {
    assertCompiled(graph, folder);
  } catch (error) {
    expect(error).toMatchObject({ code: "COMPILATION_FAILED" });
    return (error as Error).message;
  }
  return "";
}

describe.each(anyServer())("hostile names on $name", (server) => {
  let database: Database;
  beforeEach(async () => {
    ({ database } = await openTestDatabase(server));
  });

  it("are quoted wherever they stand: schema, table, column, key, tag, description, comment", async () => {
    const tables = accepted.map((name, index) => {
      const config = {
        ...{
          type: index % 2 ? "incremental" : "table",
          schema: name,
          tags: [name],
          description: name,
          columns: { [name]: name },
        },
        ...{ ...(index % 2 && { uniqueKey: [name] }) },
        postgres: { indexes: [{ columns: [quoteIdentifier(name)] }], checks: { [name]: "true" } },
      };
      const query = `select 'v' as ${quoteIdentifier(name)}`;
      return `publish(${JSON.stringify(name)}, ${JSON.stringify(config)}).query(${JSON.stringify(query)});
publish("of ${index}", "").query((ctx) => "select * from " + ctx.ref(${JSON.stringify({ schema: name, name })}));`;
    });
    const { folder } = temporaryProject(publishing(tables.join("\n")));
    for (const _ of ["first", "again"]) {
      const { actions } = await runProject({ projectDir: folder, database });
      expect(actions.filter(({ status }) => status !== "successful")).toEqual([]);
    }
    const { rows } = await database.query(`
      select n.nspname, c.relname, a.attname, obj_description(c.oid), col_description(c.oid, 1),
        (select conname from pg_constraint where conrelid = c.oid and contype = 'c')
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      join pg_attribute as a on a.attrelid = c.oid and a.attnum = 1
      where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema|dataform_postgres)'`);
    const names = rows.map((row) => JSON.stringify(row)).sort();
    expect(names).toEqual(accepted.map((name) => JSON.stringify(Array(6).fill(name))).sort());
  });

  it("of columns in the data survive every strategy", async () => {
    const column = `"a""; drop table x; --"`;
    const query = `select g as id, 'v' || g as ${column} from generate_series(1, 3) as g`;
    const incremental = (more: string) =>
      `config { type: "incremental", ${more} }\n${query.replace("${", "\\${")}`;
    const { folder } = temporaryProject({
      "replaced.sqlx": `config { type: "table" }\n${query}`,
      "appended.sqlx": incremental(""),
      "merged.sqlx": incremental('uniqueKey: ["id"]'),
      "overwritten.sqlx": incremental(
        'incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "id" }',
      ),
    });
    for (const _ of ["first", "again"]) {
      const { status } = await runProject({ projectDir: folder, database });
      expect(status).toBe("successful");
    }
    const counts = ["replaced", "appended", "merged", "overwritten"].map(
      (name) => `(select count(${column}) from shop.${name})`,
    );
    const { rows } = await database.query(`select ${counts.join(", ")}`);
    expect(rows).toEqual([["3", "6", "3", "3"]]);
  });
});

describe("names that PostgreSQL cannot hold are refused before anything is sent:", () => {
  it.each([
    ["table", (name: string) => asTable(name)],
    ["schema", (schema: string) => asTable("a", { schema })],
  ])("control characters, half characters and more than 63 bytes as a %s", async (_what, code) => {
    const message = await messageOf(refused.map(([name]) => code(name)).join("\n"));
    const lines = message.split("\n").slice(1);
    expect(lines).toEqual(refused.map(([, reason]) => expect.stringContaining(reason)));
  });

  it("a NUL anywhere", async () => {
    const configs = [
      { description: "a\0b" },
      { columns: { "a\0b": "text" } },
      { postgres: { checks: { "a\0b": "true" } } },
      { tags: ["a\0b"] },
    ];
    const code = configs.map((config, index) => asTable(`t${index}`, config)).join("\n");
    const message = await messageOf(`${code}\npublish("q").query("select 1 \\0 as a")`);
    const lines = message.split("\n").slice(1);
    expect(lines).toEqual(Array(5).fill(expect.stringContaining("holds a NUL character")));
  });

  it("twins that look the same: NFC and NFD, an invisible character, a blank at the end", async () => {
    const twins = [
      ["\u00e9", "e\u0301"],
      ["orders", "ord\u200bers"],
      ["sales", "sales "],
    ].flat();
    const message = await messageOf(twins.map((name) => asTable(name)).join("\n"));
    const lines = message.split("\n").slice(1);
    expect(lines).toEqual(Array(3).fill(expect.stringContaining("look the same")));
  });
});
