import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { runInDatabase } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

it.each(anyServer())(
  "computes what has changed since a run that was killed after it had published a table, on $name",
  async (server) => {
    const { database, url, rows } = await runInDatabase(server);
    await database.query(`create schema shop; create table shop.orders (id int, amount int);
      insert into shop.orders values (1, 1), (2, 2)`);
    const project = temporaryProject({
      "orders.sqlx": `config { type: "declaration", schema: "shop" }`,
      "totals.sqlx": `config { type: "incremental", uniqueKey: ["id"], postgres: { follows: { orders: ["id"] } } }
        select id, amount from \${ref("orders")}
        \${when(incremental(), "where id in (select id from pg_temp.orders__changed)")}`,
    });
    const run = (...flags: string[]) =>
      dataform(["run", ...flags], { cwd: project.folder, env: { DATABASE_URL: url } });
    expect((await run()).exitCode).toBe(0);
    // A run that is killed after the commit of the table leaves the line of its transaction as the last one.
    const file = join(project.folder, "target", "run_state.jsonl");
    const lines = readFileSync(file, "utf8").split("\n");
    const kept = lines.filter((line) => /^\{"type":"(run|transaction)"/.test(line));
    writeFileSync(file, `${kept.join("\n")}\n`);
    await database.query("update shop.orders set amount = 5 where id = 2");
    const { exitCode, stdout } = await run("--resume");
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining("1 were committed and are only finished"),
    ]);
    expect((await run()).exitCode).toBe(0);
    expect(await rows("select * from shop.totals order by id")).toEqual([
      ["1", "1"],
      ["2", "5"],
    ]);
  },
);
