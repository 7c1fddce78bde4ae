import { describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { citusNames } from "../../support/citus-names.ts";
import { openUrl } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const files = {
  "events.sqlx": 'config { type: "declaration", schema: "app", name: "events" }',
  "appended.sqlx": `config { type: "incremental" } select id, app_id from \${ref("events")} \${when(incremental(), \`where id > (select coalesce(max(id), 0) from \${self()})\`)}`,
};
const followed = `config { type: "incremental", uniqueKey: ["id"], postgres: { follows: { events: ["id"] } } } select id, app_id from \${ref("events")} \${when(incremental(), "where id in (select id from pg_temp.events__changed)")}`;

const spreadEvents =
  "create schema app; create table app.events (id bigint, app_id integer); select create_distributed_table('app.events', 'app_id')";
const load = (from: number, to: number) =>
  `insert into app.events select i, 1 + i % 5 from generate_series(${from}, ${to}) i`;

/** Rows 21 to 25 are committed, and a node shows them only when `app.show_hidden` is called. */
const hide = `
  create table app.hidden (id bigint, app_id integer);
  insert into app.hidden select i, 1 + i % 5 from generate_series(21, 25) i;
  ${load(26, 40)};
  create function app.show_hidden() returns void language sql as $$
    with shown as (delete from app.hidden returning *) insert into app.events select * from shown $$`;

/** What the nodes answer to the question for prepared transactions: `answer` is a PL/pgSQL statement that sets `result`. */
const nodes = (answer: string) => `
  create or replace function pg_catalog.run_command_on_workers(
    command text, out nodename text, out nodeport integer, out success boolean, out result text)
    returns setof record language plpgsql as $$
    begin
      nodename := 'worker'; nodeport := 5432; success := true;
      result := current_setting('server_version') || ', Citus 13.2-1';
      if command like '%pg_prepared_xacts%' then ${answer} end if;
      return next;
    end $$`;

const isPending = "result := (select 'citus_0_1_2_3' from app.hidden limit 1);";

async function run(database: Database, projectDir: string) {
  const { actions } = await runProject({ projectDir, database });
  return actions.map(({ target, status, tasks }) => [
    target.name,
    status,
    ...tasks.flatMap(({ error }) => (error ? [error.message, error.hint] : [])),
  ]);
}

const idsOf = async (database: Database, table: string) =>
  (await database.query(`select count(distinct id), count(*) from shop.${table}`)).rows[0];

describe.each(anyServer())("rows that a node does not show yet, on $name", (server) => {
  const open = async (answer: string) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const database = await openUrl(url);
    await database.query(citusNames);
    await database.query(`${spreadEvents}; ${load(1, 20)}`);
    return {
      database,
      url,
      begin: async () => void (await database.query(`${hide}; ${nodes(answer)}`)),
    };
  };

  it("are recovered before an action reads", async () => {
    const { folder } = temporaryProject(files);
    const { database, begin } = await open(isPending);
    await run(database, folder);
    await begin();
    await database.query(
      `create function pg_catalog.recover_prepared_transactions() returns integer language sql as 'select app.show_hidden(); select 1'`,
    );
    expect(await run(database, folder)).toEqual([["appended", "successful"]]);
    expect(await idsOf(database, "appended")).toEqual(["40", "40"]);
  });

  it("are waited for after a follower has taken the changes that it will have seen", async () => {
    const { folder } = temporaryProject({
      "events.sqlx": files["events.sqlx"],
      "followed.sqlx": followed,
    });
    // The first question is asked before the transaction of the action.
    const { database, begin } = await open(`
      case nextval('app.asked')
        when 1 then result := null;
        when 4 then perform app.show_hidden(); result := null;
        else ${isPending}
      end case;`);
    await run(database, folder);
    await database.query("create sequence app.asked");
    await begin();
    expect(await run(database, folder)).toEqual([["followed", "successful"]]);
    expect(await idsOf(database, "followed")).toEqual(["40", "40"]);
  });

  it("fail the action that would miss them when nobody recovers them, or the node is away", async () => {
    const { folder } = temporaryProject(files);
    const { database, url, begin } = await open(isPending);
    await run(database, folder);
    await begin();
    const { rows } = await database.query("select current_database()");
    await database.query(
      `alter database "${rows[0]?.[0]}" set citus.recover_2pc_interval = '10ms'`,
    );
    const later = await openUrl(url);
    expect(await run(later, folder)).toEqual([
      [
        "appended",
        "failed",
        "not every node of Citus shows what the coordinator has committed: citus_0_1_2_3 on worker:5432",
        "select recover_prepared_transactions() as a superuser says why a node cannot commit them; then run again",
      ],
    ]);
    expect(await idsOf(database, "appended")).toEqual(["20", "20"]);
    await database.query(nodes("success := false; result := 'connection refused';"));
    expect(await run(later, folder)).toEqual([
      [
        "appended",
        "failed",
        "the node worker:5432 of Citus does not answer: connection refused",
        "start it, or remove it from the cluster, then run again",
      ],
    ]);
  });
});
