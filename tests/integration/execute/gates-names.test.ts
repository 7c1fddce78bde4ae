import { expect, it } from "vitest";
import { runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

it.each(anyServer())(
  "judges an assertion that names its table without the schema or through a view, too, by the rows that are published, on $name",
  async (server) => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query(
      "create table public.source as select * from (values (1, 1), (2, 1)) as s (id, parent)",
    );
    const project = temporaryProject({
      "dataform.json": JSON.stringify({ warehouse: "postgres", defaultSchema: "public" }),
      "parts.sqlx": `config { type: "table" }\nselect id, parent from public.source`,
      "orphans.sqlx": `config { type: "assertion" }
        select child.id from \${ref("parts")} as child
        where not exists (select from parts as p where p.id = child.parent)`,
      "lost.sqlx": `config { type: "assertion" }
        select child.id from \${ref("parts")} as child
        where not exists (select from public.seen_parts as p where p.id = child.parent)`,
      // A query of its own by the name of the table is no table.
      "few.sqlx": `config { type: "assertion" }
        with parts as (select * from \${ref("parts")}) select count(*) from parts having count(*) < 1`,
    });
    await run(project, { actions: ["parts"] });
    await database.query("create view public.seen_parts as select id from public.parts");
    const passed = {
      parts: "successful",
      orphans: "successful",
      lost: "successful",
      few: "successful",
    };
    expect(statusesOf(await run(project))).toEqual(passed);
    await database.query("delete from public.source where id = 1");
    expect(statusesOf(await run(project))).toEqual({
      ...passed,
      orphans: "failed",
      lost: "failed",
    });
    // The query with its own name is judged before its table is published.
    await database.query("delete from public.source");
    expect(statusesOf(await run(project))).toMatchObject({ parts: "failed", few: "failed" });
    expect(await rows("select id from public.parts")).toEqual([["2"]]);
  },
);
