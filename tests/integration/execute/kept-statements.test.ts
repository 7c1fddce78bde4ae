import { expect, it } from "vitest";
import { openTestDatabase } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

it.each(anyServer())(
  "prepared statements of authors and of the runner are not in each other's way, on $name",
  async (server) => {
    const { database } = await openTestDatabase(server);
    const doing = (statement: string) =>
      `returns int language plpgsql as $$ begin execute '${statement}'; return 1; end $$`;
    await database.query(`
      create function public.prepares() ${doing("prepare theirs as select 1")};
      create function public.forgets() ${doing("deallocate all")}`);
    const checked = (query: string) =>
      `config { type: "table", assertions: { nonNull: ["id"] } }\n${query}`;
    const operation = (statements: string) => `config { type: "operations" }\n${statements}`;
    const { folder: projectDir } = temporaryProject({
      "one.sqlx": operation("prepare mine as select 1"),
      "two.sqlx": operation("prepare mine as select 2"),
      "three.sqlx": operation("deallocate all"),
      "four.sqlx": operation("discard temp; discard plans"),
      "prepared.sqlx": checked("select public.prepares() as id"),
      "prepared_too.sqlx": checked("select public.prepares() as id"),
      "plain.sqlx": checked("select 1 as id"),
      // last, since from then on the runner keeps nothing on this database
      "forgotten.sqlx": checked(
        `select public.forgets() as id, '$`.concat('{ref("plain")}\' as after'),
      ).replace(
        "assertions",
        'dependencies: ["prepared", "prepared_too", "one", "two", "three", "four"], assertions',
      ),
    });
    for (const threads of [1, 2]) {
      const { actions } = await runProject({ projectDir, database, threads });
      const failed = actions.filter(({ status }) => status !== "successful");
      expect(failed).toEqual([]);
      const forgotten = actions.find(({ target }) => target.name === "forgotten");
      expect(forgotten?.retries).toBe(threads === 1 ? 1 : undefined);
    }
  },
);

it.each(anyServer())(
  "a statement is prepared once, also when the runner ends its own prepared or temporary things, on $name",
  async (server) => {
    const { database } = await openTestDatabase(server);
    const names = await database.session(async ({ own }) => {
      await own.query("begin");
      for (let round = 0; round < 3; round++) {
        await own.catalogue("select $1::int", [round]);
        await own.query("prepare dataform_plan as select 1");
        await own.query("deallocate dataform_plan");
        await own.query("discard temp");
      }
      const { rows } = await own.query(
        "select name from pg_prepared_statements where statement = 'select $1::int'",
      );
      await own.query("rollback");
      return rows;
    });
    expect(names).toHaveLength(1);
  },
);
