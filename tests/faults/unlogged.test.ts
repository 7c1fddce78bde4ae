import { expect, it } from "vitest";
import { openUrl } from "../support/opened-database.ts";
import { startOwnServer } from "../support/own-server.ts";
import { statusesOf } from "../support/run-in-database.ts";
import { runProject } from "../support/run-project.ts";
import { temporaryProject } from "../support/temporary-project.ts";
import { whenTestEnds } from "../support/when-test-ends.ts";

it("builds an unlogged incremental table anew that a crash has emptied", async () => {
  const server = await startOwnServer({});
  whenTestEnds(server.remove);
  const url = `postgres://postgres@/postgres?host=${server.socketFolder}`;
  const model = (more: string) => `config { type: "incremental", ${more} }
    select id, word from public.source
    \${when(incremental(), \`where id > (select coalesce(max(id), 2) from \${self()})\`)}`;
  const project = temporaryProject({
    "appended.sqlx": model("postgres: { unlogged: true }"),
    "merged.sqlx": model(`uniqueKey: ["id"], postgres: { unlogged: true }`),
    "parted.sqlx": model(`postgres: { unlogged: true, partitionBy: { column: "id", range: 2 } }`),
    "logged.sqlx": model(""),
  });
  const run = async () => {
    const database = await openUrl(url);
    const result = await runProject({ projectDir: project.folder, database });
    expect(new Set(Object.values(statusesOf(result)))).toEqual(new Set(["successful"]));
    return database;
  };
  const database = await openUrl(url);
  await database.query(
    "create table public.source as select n as id, 'a' as word from generate_series(1, 4) as n",
  );
  await run();
  await database.close();
  await server.restartAtOnce();
  const after = await openUrl(url);
  await after.query("insert into public.source values (5, 'b')");
  await run();
  for (const name of ["appended", "merged", "parted", "logged"]) {
    const { rows } = await after.query(`select count(*) from shop.${name}`);
    expect(rows, name).toEqual([["5"]]);
  }
});
