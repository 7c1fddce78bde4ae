import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { formatCsv } from "../../../runner/report/rows/csv.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { servers } from "../../support/test-database.ts";

const projects = path.resolve(import.meta.dirname, "../../fixtures/projects");
const corpus = readdirSync(projects).filter((name) =>
  existsSync(path.join(projects, name, "expected")),
);

// Run with UPDATE_EXPECTED=1 to write the files anew, and read what has changed.
const update = process.env.UPDATE_EXPECTED === "1";

describe.each(servers())("on $name, the project", (server) => {
  it.each(corpus)("%s leaves the rows that are expected of it", async (name) => {
    const { database } = await openTestDatabase(server);
    const projectDir = path.join(projects, name);
    const sql = async (file: string) => {
      const script = path.join(projectDir, "expected", file);
      if (existsSync(script)) await database.query(readFileSync(script, "utf8"));
    };
    const run = async () => {
      const { actions } = await runProject({ projectDir, database });
      const wrong = actions.filter(
        ({ status }) => status !== "successful" && status !== "disabled",
      );
      const told = wrong.map(({ target, status, tasks }) => [target.name, status, tasks.at(-1)]);
      expect(told).toEqual([]);
    };
    await sql("setup.sql");
    await run();
    // A second run has the same result when nothing has changed; for some projects, more is changed
    // between the runs.
    await sql("between.sql");
    await run();
    const { rows: relations } = await database.query(
      `select n.nspname || '.' || c.relname, format('%I.%I', n.nspname, c.relname)
       from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
         and n.nspname !~ '^(pg_|information_schema|dataform)' and n.nspname not in ('raw', 'checks')
         and n.nspname not like '%checks%'
       order by 1`,
    );
    const found = new Map<string, string>();
    for (const [relation, quoted] of relations) {
      const { columns, rows } = await database.query(
        `select * from ${quoted} as t order by t::text`,
      );
      found.set(
        `${encodeURIComponent(relation ?? "")}.csv`,
        formatCsv(columns, rows, { lineBreak: "\n" }),
      );
    }
    const folder = path.join(projectDir, "expected");
    if (update) for (const [file, text] of found) writeFileSync(path.join(folder, file), text);
    const files = readdirSync(folder).filter((file) => file.endsWith(".csv"));
    const expected = files.map((file) => [file, readFileSync(path.join(folder, file), "utf8")]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });
});
