import { expect, it } from "vitest";
import { openUrl } from "../../support/opened-database.ts";
import { errorOf, runInDatabase } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

// A type with an `=` of its own that ignores case, like citext.
const loose = `
  create domain public.loose as text;
  create function public.same(public.loose, public.loose) returns boolean
    language sql immutable as 'select pg_catalog.lower($1) operator(pg_catalog.=) pg_catalog.lower($2)';
  create operator public.= (leftarg = public.loose, rightarg = public.loose, function = public.same)`;

it.each(anyServer())("a view that is put back compares as it did on $name", async (server) => {
  const { database, run, rows } = await runInDatabase(server);
  await database.query(loose);
  const project = temporaryProject({
    "words.sqlx":
      "config { type: \"table\", postgres: { replace: \"swap\" } } select 'A'::public.loose as a, 'a'::public.loose as b",
  });
  expect(errorOf(await run(project), "words")).toBeUndefined();
  await rows("create view public.differ as select a is distinct from b as differs from shop.words");
  const differs = () => rows("select differs from public.differ");
  expect(await differs()).toEqual([["f"]]);
  expect(errorOf(await run(project), "words")).toBeUndefined();
  expect(await differs()).toEqual([["f"]]);
});

it.each(anyServer())(
  "a materialized view that is put back is filled in the time zone of the author on $name",
  async (server) => {
    const { database, url } = await runInDatabase(server);
    await database.query(`do $$ begin
      execute format('alter database %I set timezone = %L', current_database(), 'Europe/Berlin');
    end $$`);
    const inBerlin = await openUrl(url);
    const swapped = (columns: string) =>
      `config { type: "table", postgres: { replace: "swap" } } select ${columns}`;
    const project = temporaryProject({
      "words.sqlx": swapped("timestamptz '2024-01-01 23:30Z' as at"),
    });
    const run = () => runProject({ projectDir: project.folder, database: inBerlin });
    expect(errorOf(await run(), "words")).toBeUndefined();
    await inBerlin.query(`
      create materialized view public.days as select at::date as day from shop.words;
      create materialized view public.unfilled as select day from public.days with no data`);
    project.write("words.sqlx", swapped("timestamptz '2024-01-01 23:30Z' as at, 1 as more"));
    expect(errorOf(await run(), "words")).toBeUndefined();
    expect((await inBerlin.query("select day from public.days")).rows).toEqual([["2024-01-02"]]);
    const filled =
      "select relname from pg_class where relkind = 'm' and relispopulated order by relname";
    expect((await inBerlin.query(filled)).rows).toEqual([["days"]]);
  },
);
