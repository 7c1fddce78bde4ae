import { describe, expect, it, onTestFinished } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";
import { until, watchServer, workingOn } from "../../support/watch-server.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

const files = {
  "definitions/bronze/raw.sqlx": `config { type: "table" }\nselect generate_series(1, 1234) as id`,
  "definitions/gold/days.sqlx": `config { type: "incremental" }\nselect id from \${ref("raw")} where id < 3`,
  "definitions/gold/view.sqlx": `config { type: "view" }\nselect * from \${ref("days")}`,
  "note.sqlx": `config { type: "operations", hasOutput: true }\ncreate table if not exists \${self()} ()`,
  "not_null.sqlx": `config { type: "assertion" }\nselect id from \${ref("raw")} where id is null`,
};

describe("dataform status", () => {
  it("tells what stands in each folder, the last run and who is at work", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const ask = await watchServer(url);
    const { folder, write } = temporaryProject(files);
    const status = (...flags: string[]) =>
      dataform(["status", ...flags], { cwd: folder, env: { DATABASE_URL: url } });

    const before = await status();
    expect(before.exitCode, before.stderr).toBe(0);
    expect(before.stdout).toContain("not built yet: shop.note, shop.raw, shop.days, shop.view\n");

    await dataform(["run"], { cwd: folder, env: { DATABASE_URL: url } });
    const { stdout } = await status();
    expect(stdout).toMatch(/^ bronze +\| +1 \| +0 \| +1,234 \| +\d+\.\d kB$/m);
    expect(stdout).toMatch(/^ gold +\| +1 \| +1 \| +2 \| /m);
    expect(stdout).toMatch(/^ total +\| +3 \| +1 \| +1,236 \| /m);
    expect(stdout).toContain("no run is at work\n");
    expect(stdout).toMatch(/last run:\n.*\n.*\n .* successful /);

    const role = `reader_${Math.random().toString(36).slice(2)}`;
    await ask(`create role ${role}`);
    const stranger = `${url}${url.includes("?") ? "&" : "?"}options=-c%20role%3D${role}`;
    const seen = await dataform(["status"], { cwd: folder, env: { DATABASE_URL: stranger } });
    expect(seen.stdout).toMatch(/^ bronze +\| +1 \| +0 \| +0 \+ \? \| +\d+\.\d kB$/m);
    expect(seen.stdout).toContain("last run: not known, this role may not read run_history\n");

    write("slow.sqlx", `config { type: "operations" }\nselect pg_sleep(300) as of_status`);
    let stop = () => {};
    const running = dataform(["run", "--actions", "slow"], {
      cwd: folder,
      env: { DATABASE_URL: url },
      onStart: (kill) => {
        stop = () => kill("SIGTERM");
      },
    });
    await until(() => ask(workingOn("of_status")));
    const found = JSON.parse((await status("--json")).stdout);
    expect(found.running).toMatchObject([{ statement: expect.stringContaining("of_status") }]);
    expect(found.relations).toHaveLength(4);
    expect(found.lastRun).toMatchObject({ status: "running" });
    const hidden = await dataform(["status"], { cwd: folder, env: { DATABASE_URL: stranger } });
    expect(hidden.stdout).toMatch(
      /^at work:\n {2}dataform \S+ \S+, since unknown: <insufficient privilege>$/m,
    );
    expect(hidden.stdout.match(/<insufficient privilege>/g)).toHaveLength(1);
    stop();
    await running;
    await ask(`drop role ${role}`);
    expect((await status("--verbose")).stdout).toMatch(
      /^ bronze +\| shop\.raw +\| table +\| +1,234 \|/m,
    );
  });

  it("estimates the rows of large tables, also of those that were never analyzed, or counts them", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const ask = await watchServer(url);
    const { folder } = temporaryProject({
      "raw.sqlx": `config { type: "operations", hasOutput: true }\nselect 1`,
    });
    await ask(`create schema shop; create table shop.raw (id int, text text) partition by list (id);
      alter table shop.raw alter text set storage external;
      create table shop.raw_1 partition of shop.raw for values in (1);
      create table shop.raw_2 partition of shop.raw for values in (2);
      insert into shop.raw select 1 + n % 2, repeat('x', 5000000) from generate_series(1, 24) as n`);
    const rowsOf = async (...flags: string[]) => {
      const env = { DATABASE_URL: url };
      const { stdout } = await dataform(["status", "--json", ...flags], { cwd: folder, env });
      const { rows, isEstimate, bytes } = JSON.parse(stdout).relations[0];
      expect(bytes).toBeGreaterThan(120_000_000);
      return { rows, isEstimate };
    };
    const never = await rowsOf();
    expect(never.isEstimate).toBe(true);
    expect(never.rows).toBeGreaterThan(0);
    await ask("analyze shop.raw");
    expect(await rowsOf()).toEqual({ rows: 24, isEstimate: true });
    expect(await rowsOf("--exact")).toEqual({ rows: 24, isEstimate: false });
  });

  it("names changes that are kept for a table whose model is gone, until the table is dropped", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const ask = await watchServer(url);
    const { folder, remove } = temporaryProject({
      "definitions/raw.sqlx": `config { type: "operations", hasOutput: true }\ncreate table if not exists \${self()} (id int)`,
      "definitions/totals.sqlx": `config { type: "incremental", uniqueKey: ["id"], metadata: { extraProperties: { postgres: { follows: { raw: ["id"] } } } } }\nselect id, count(*) as rows from \${ref("raw")}\n\${when(incremental(), "where id in (select id from pg_temp.raw__changed)")} group by id`,
    });
    const call = async (...args: string[]) => {
      const done = await dataform(args, { cwd: folder, env: { DATABASE_URL: url } });
      expect(done.exitCode, done.stdout + done.stderr).toBe(0);
      return done.stdout;
    };
    await call("run");
    expect(await call("status")).not.toContain("are kept");
    remove("definitions/totals.sqlx");
    await ask("insert into shop.raw select generate_series(1, 1000)");
    await call("run");
    expect(await call("status")).toMatch(
      /^changes of shop\.raw are kept for shop\.totals, \d+\.\d kB: no model /m,
    );
    expect(JSON.parse(await call("status", "--json")).keptChanges).toMatchObject([
      { followed: { name: "raw" }, follower: { name: "totals" }, bytes: expect.any(Number) },
    ]);
    await ask("drop table shop.totals");
    await call("run");
    expect(await call("status")).not.toContain("are kept");
  });
});
