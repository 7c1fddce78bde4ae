import { expect, it } from "vitest";
import { runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

it.each(anyServer())(
  "judges an assertion that names its table without the schema or through a view or function, too, by the rows that are published, on $name",
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
      "missing.sqlx": `config { type: "assertion" }
        select child.id from \${ref("parts")} as child where not public.is_part(child.parent)`,
      "gone.sqlx": `config { type: "assertion" }
        select child.id from \${ref("parts")} as child where child.parent not in (select public.part_ids())`,
      // The name of a column or of another table is not the table's.
      "odd.sqlx": `config { type: "assertion" }
        select child.id from \${ref("parts")} as child where public.has_spare_parts(child.id)`,
      // A query of its own by the name of the table is no table.
      "few.sqlx": `config { type: "assertion" }
        with parts as (select * from \${ref("parts")}) select count(*) from parts having count(*) < 1`,
    });
    expect(statusesOf(await run(project, { actions: ["parts"] }))).toMatchObject({
      parts: "successful",
    });
    await database.query(`
      create view public.seen_parts as select id from public.parts;
      create function public.is_part_by_name(int) returns bool language plpgsql as
        $$ begin return exists (select from "seen_parts" where id = $1); end $$;
      create function public.is_part(int) returns bool language sql as 'select is_part_by_name($1)';
      create function public.part_ids() returns setof int begin atomic select id from public.parts; end;
      create function public.has_spare_parts(int) returns bool language sql as
        'select false and spare_parts from (values (true)) as s (spare_parts)'`);
    const passed = {
      parts: "successful",
      orphans: "successful",
      lost: "successful",
      missing: "successful",
      gone: "successful",
      odd: "successful",
      few: "successful",
    };
    expect(statusesOf(await run(project))).toEqual(passed);
    await database.query("delete from public.source where id = 1");
    expect(statusesOf(await run(project))).toEqual({
      ...passed,
      orphans: "failed",
      lost: "failed",
      missing: "failed",
      gone: "failed",
    });
    // The query with its own name is judged before its table is published.
    await database.query("delete from public.source");
    expect(statusesOf(await run(project))).toMatchObject({ parts: "failed", few: "failed" });
    expect(await rows("select id from public.parts")).toEqual([["2"]]);
  },
);
