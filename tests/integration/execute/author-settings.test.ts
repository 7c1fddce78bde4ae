import { describe, expect, it, onTestFinished } from "vitest";
import type { RunEvent } from "../../../runner/results/run-event.ts";
import { openUrl } from "../../support/opened-database.ts";
import { errorOf, runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const hostile = [
  "set standard_conforming_strings = off",
  "set backslash_quote = on",
  "set client_encoding = 'LATIN1'",
  "set search_path = hijack, pg_catalog",
  "set session_replication_role = replica",
  "set role other_role",
  "set row_security = off",
  "set default_transaction_read_only = on",
  "set quote_all_identifiers = on",
  "set datestyle = 'German'",
  "set timezone = 'Asia/Kolkata'",
  "set lock_timeout = '1ms'",
  "set work_mem = '77MB'",
  "select pg_catalog.pg_advisory_unlock_all()",
].join(";\n");

// A backslash before the quote would end the literal under the author's settings.
const description = "café \\'; create table public.smuggled (n int); --";

describe.each(anyServer())("settings of authors on $name", (server) => {
  it("reach their own statements and none of the runner's", async () => {
    const { database, run, rows } = await runInDatabase(server);
    const role = `other_${process.pid}_${server.name.replace(/\W/g, "")}`.toLowerCase();
    await database.query(`drop role if exists ${role}; create role ${role}`);
    onTestFinished(async () => {
      await rows(`drop owned by ${role}; drop role ${role}`);
    });
    await database.query(`
      create schema hijack; grant usage on schema hijack to ${role};
`);
    const sql = hostile.replace("other_role", role);
    const config = JSON.stringify({
      ...{ type: "table", description, columns: { a: description } },
      postgres: { indexes: [{ columns: ["a"] }], grants: { select: [role] } },
      assertions: { rowConditions: ["length(a) > 0"], uniqueKey: ["a"] },
    });
    const query = "select current_setting('work_mem') as a, '2024-02-01'::date::text as b";
    const project = temporaryProject({
      "made.sqlx": `config ${config}\npre_operations { prepare dataform_attachments as select 1; ${sql} }\n${query}\npost_operations { ${sql} }`,
      "done.sqlx": `config { type: "operations", hasOutput: true }
${sql.replace("set role", "set local role")}
---
reset role
---
create table shop.done as select 'café' as a, current_user::text as b`,
    });
    for (const _ of ["first", "second"]) {
      const result = await run(project);
      expect(errorOf(result, "made")).toBeUndefined();
      await rows("drop table if exists shop.done");
    }
    const comments = await rows(
      "select obj_description('shop.made'::regclass), col_description('shop.made'::regclass, 1)",
    );
    expect(comments).toEqual([[description, description]]);
    expect(await rows("select to_regclass('public.smuggled')")).toEqual([[null]]);
    expect(await rows("select a, b from shop.made")).toEqual([["77MB", "01.02.2024"]]);
    expect(await rows("select tableowner = current_user from pg_tables where tablename = 'made'"))
      // The table belongs to the runner's role, whatever role the author set.
      .toEqual([["t"]]);
  });

  it("that the user has set for the database decide what the author's SQL means", async () => {
    const { database, url } = await runInDatabase(server);
    await database.query(`
      create schema extensions;
      create type extensions.mood as enum ('sad', 'ok');
      create function extensions.shout(text) returns text language sql return upper($1);
      create domain extensions.code as text;
      create table public.log (what text);
      create function extensions.audit() returns trigger language plpgsql as $$ begin
        insert into log values (shout(tg_op)); return null;
      end $$;
      do $$ begin
        execute format('alter database %I set search_path = "$user", public, extensions', current_database());
        execute format('alter database %I set timezone = %L', current_database(), 'Asia/Kolkata');
        execute format('alter database %I set datestyle = %L', current_database(), 'German');
      end $$`);
    await database.close();
    const again = await openUrl(url);
    const rows = async (sql: string) => (await again.query(sql)).rows;
    const project = temporaryProject({
      "words.sqlx": `config { type: "table", assertions: { uniqueKey: ["day"] } }
select shout('a') as word, 'ok'::mood as mood, timestamptz '2024-01-01 20:00Z'::date as day,
  (date '2024-02-01')::text as text`,
      "keyed.sqlx": `config { type: "incremental", uniqueKey: ["k"] } select 'a'::code as k, 'ok'::mood as m`,
      "seen.sqlx": 'config { type: "view" } select shout(word) as word from ${ref("words")}',
      "checked.sqlx": "config { type: \"assertion\" } select 1 where shout('x') <> 'X'",
    });
    const notices: string[] = [];
    const listener = (event: RunEvent) => {
      if (event.type === "notice") notices.push(event.message);
    };
    const run = () => runProject({ projectDir: project.folder, database: again, listener });
    const first = await run();
    expect(statusesOf(first)).toMatchObject({ words: "successful", keyed: "successful" });
    expect(first.status).toBe("successful");
    await again.query(
      "create trigger audited after insert or update or delete on shop.words execute function audit()",
    );
    project.write(
      "keyed.sqlx",
      `config { type: "incremental", uniqueKey: ["k"] } select 'a'::code as k, 'sad'::mood as m`,
    );
    project.write(
      "words.sqlx",
      `config { type: "table", postgres: { replace: "inPlace" } }
select shout('b') as word, 'ok'::mood as mood, timestamptz '2024-01-01 20:00Z'::date as day,
  (date '2024-02-01')::text as text`,
    );
    expect((await run()).status).toBe("successful");
    expect(await rows("select word, mood, day::text, text from shop.words")).toEqual([
      ["B", "ok", "02.01.2024", "01.02.2024"],
    ]);
    expect(await rows("select m from shop.keyed")).toEqual([["sad"]]);
    expect(await rows("select what from public.log order by 1")).toEqual([["DELETE"], ["INSERT"]]);
  });
});
