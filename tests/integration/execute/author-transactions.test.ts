import { describe, expect, it } from "vitest";
import type { SqlError } from "../../../runner/errors.ts";
import { errorOf, resultOf, runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const retried = `do $$ begin
  if (select count(*) from public.log) < 3 then
    raise exception 'on purpose' using errcode = '40001';
  end if;
end $$`;
const operation = (...statements: string[]) =>
  `config { type: "operations" }\n${statements.join("\n---\n")}`;
const alone = (...statements: string[]) =>
  `config { type: "operations", postgres: { transaction: false } }\n${statements.join("\n---\n")}`;
const log = "insert into public.log values (1)";

// What a parser of another version does not know reaches the server: here a text that it reads otherwise.
const hidden = (words: string) => `select '\\''; ${words}; select 1 --'`;

const projects = {
  "rolled_back.sqlx": operation("rollback", log, retried),
  "half_way.sqlx": operation(log, `begin; ${log}; end`, retried),
  "prepared.sqlx": operation(log, "prepare transaction 'x'"),
  "committed_early.sqlx": `config { type: "table", assertions: { rowConditions: ["a > 0"] } }
pre_operations { commit }
select -1 as a`,
  "hidden.sqlx": operation(
    "set standard_conforming_strings = off",
    log,
    hidden("rollback; begin; insert into public.log values (2)"),
    retried,
  ),
  "savepoints.sqlx": operation(
    "savepoint a",
    "insert into public.kept values (1)",
    "rollback to a",
  ),
  "committing.sqlx": operation("do $$ begin insert into public.kept values (2); commit; end $$"),
  "committing_alone.sqlx": alone("call public.fill()", "select 1"),
  "left_open.sqlx": alone("begin", "insert into public.kept values (7)"),
  "maintained.sqlx": operation("analyze public.kept; -- and\nvacuum public.kept;"),
  "never_again.sqlx": alone(log, retried),
  "looks.sqlx": 'config { type: "assertion" }\nselect 1 where public.spoil() < 0',
};

describe.each(anyServer())("transactions of authors on $name", (server) => {
  it("are one for each action: what ends it is refused and never tried again", async () => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query(`
      create table public.log (n int);
      create table public.kept (n int);
      create procedure public.fill() language plpgsql as $$ begin
        insert into public.kept values (3); commit; insert into public.kept values (4);
      end $$;
      create function public.spoil() returns int language plpgsql as $$ begin
        insert into public.kept values (9); return 1;
      end $$`);
    const project = temporaryProject(projects);
    const result = await run(project);
    expect(statusesOf(result)).toMatchObject({
      ...{ rolled_back: "failed", half_way: "failed", prepared: "failed", hidden: "failed" },
      ...{ committed_early: "failed", committing: "failed", committing_alone: "successful" },
      ...{ savepoints: "successful", maintained: "successful", looks: "successful" },
      ...{ never_again: "failed", left_open: "failed" },
    });
    const left = (error: SqlError | undefined) => ({ ...error, hint: error?.hint ?? "" });
    const way = expect.stringContaining("postgres: { transaction: false }");
    for (const name of ["rolled_back", "half_way", "prepared", "committed_early"]) {
      expect(left(errorOf(result, name)), name).toMatchObject({
        message: expect.stringMatching(/would end the transaction of the action/),
        hint: way,
        position: expect.any(Number),
      });
    }
    expect(errorOf(result, "hidden")?.message).toMatch(/left its transaction/);
    expect(errorOf(result, "committing")).toMatchObject({ sqlstate: "2D000", hint: way });
    expect(errorOf(result, "left_open")?.message).toMatch(/did not commit it/);
    expect(result.actions.filter(({ retries }) => retries)).toEqual([]);
    expect(await rows("select n from public.kept order by n")).toEqual([["3"], ["4"]]);
    // Of `never_again` alone, once.
    expect(await rows("select n from public.log")).toEqual([["1"]]);
    expect(await rows("select to_regclass('shop.committed_early')")).toEqual([[null]]);
    expect(await rows("select count(*) from pg_prepared_xacts")).toEqual([["0"]]);
    expect(resultOf(result, "maintained")?.tasks).toHaveLength(1);

    const { findings } = await validateProject({ projectDir: project.folder, database });
    const failed = findings.actions.filter(({ status }) => status === "failed");
    expect(failed.map(({ target }) => target.name).sort()).toEqual(
      ["committed_early", "half_way", "prepared", "rolled_back"].sort(),
    );
  });
});
