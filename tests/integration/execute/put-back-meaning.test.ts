import { expect, it } from "vitest";
import { errorOf, runInDatabase } from "../../support/run-in-database.ts";
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
