import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { auditProject } from "../../runner/audit/audit-project.ts";
import { moveIn, moveOut } from "../../warehouse/bronze-months.ts";
import { repository, runCommand } from "../support/run-command.ts";
import { anyServer, databaseNamed } from "../support/test-database.ts";
import { openWarehouse, projectDir } from "./warehouse.ts";

const { signal } = new AbortController();

function rotate(args: readonly string[], url?: string) {
  const program = ["bin/source.js", "warehouse/rotate.ts", ...args];
  return runCommand(
    process.execPath,
    program,
    url === undefined ? {} : { env: { DATABASE_URL: url } },
  );
}

/** The lines of docs/operations.md that move the months out and back. */
function documentedLines(): string[] {
  const page = readFileSync(join(repository, "docs/operations.md"), "utf8");
  return page.match(/^npm run rotate .*$/gm) ?? [];
}

/** Types a line in a folder whose script `rotate` is this repository's. */
function typed(line = "", cwd: string, url: string) {
  const scripts = { rotate: `node ${repository}/bin/source.js warehouse/rotate.ts` };
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ scripts }));
  return runCommand("bash", ["-c", line], { cwd, env: { DATABASE_URL: url } });
}

it("moves months of bronze out to files and back: nothing is doubled or lost", async () => {
  const [server] = anyServer();
  if (!server) throw new Error("no test server");
  const warehouse = await openWarehouse(server);
  onTestFinished(() => warehouse.drop());
  const { database, rows, value, run } = warehouse;
  const folder = mkdtempSync(join(tmpdir(), "dfpg-rotate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // Arrived in January, one in the last moment of it; one of them twice, and one in February.
  await database.query(`
    insert into resiliency.raw_resiliency_tests
      (app_id, scenario_name, start_time, end_time, duration_ms, status, ingested_at, source_run_id, raw_payload)
    select 1, 'Database Failover', at, at + interval '1 min', 60000, 'passed', at, 'run ' || n / 2, E'a\\tb\\n\\\\.'
    from generate_series(1, 40) as n
    cross join lateral (select timestamptz '2024-01-01 00:00Z' + n * interval '11 hours' as at) as moments
    union all
    select 2, 'Database Failover', at - interval '1 h', at, null, 'failed', at, null, null
    from (values (timestamptz '2024-01-31 23:59:59.999999Z'), ('2024-02-01 00:00Z')) as v (at)`);
  const bronze = () =>
    rows(`select (to_jsonb(r) - 'ingested_xid')::text
    from resiliency.raw_resiliency_tests as r order by test_id`);
  const gold = () =>
    rows(`select (to_jsonb(f) - 'published_at')::text
    from resiliency.fact_resiliency_metrics as f order by metric_date, app_id`);
  expect((await run()).status).toBe("successful");
  const before = { bronze: await bronze(), gold: await gold() };
  const path = join(folder, "archive/january.sql.gz");

  // Of two at once, one moves the rows, the other finds none.
  const both = await Promise.all([1, 2].map(() => moveOut(database, "2024-01", path, signal)));
  expect(both.sort()).toEqual([0, 41]);
  expect(await value("select count(*) from resiliency.raw_resiliency_tests")).toBe("1");
  await expect(database.query("delete from resiliency.raw_resiliency_tests")).rejects.toThrow(
    "append only",
  );
  // Decisions about rows that are gone make up for no row without one.
  const undecided = () => value("select undecided_rows from resiliency.completeness");
  expect(await undecided()).toBe("0");
  expect((await run()).status).toBe("successful");
  expect(await gold()).toHaveLength(1);

  const damaged = join(folder, "damaged.sql.gz");
  const text = gunzipSync(readFileSync(path)).toString();
  writeFileSync(damaged, gzipSync(text.replace("passed", "failed")));
  await expect(moveIn(database, damaged, signal)).rejects.toThrow("damaged");
  expect(await value("select count(*) from resiliency.raw_resiliency_tests")).toBe("1");

  expect(await moveIn(database, path, signal)).toBe(41);
  expect(await moveIn(database, path, signal)).toBe(0);
  expect(await bronze()).toEqual(before.bronze);
  expect(await undecided()).toBe("41");
  expect((await run()).status).toBe("successful");
  expect(await gold()).toEqual(before.gold);
  const audit = await auditProject({ projectDir, database });
  expect(audit.status).toBe("successful");

  // By the command; the file is there already, as after a kill, and holds the same rows.
  const url = databaseNamed(server, (await value("select current_database()")) ?? "");
  const january = join(folder, "archive/raw_resiliency_tests_2024_01.sql.gz");
  renameSync(path, january);
  const asked = await rotate(["out", "2024-01", "--to", join(folder, "archive")], url);
  expect(asked.exitCode).toBe(2);
  expect(asked.stderr).toContain("this moves the 41 results that arrived in 2024-01 out of bronze");
  const [outLine, inLine] = documentedLines();
  const moved = await typed(outLine, folder, url);
  expect(moved.exitCode, moved.stderr).toBe(0);
  expect(moved.stdout).toContain(`out  ${january}: 41 results`);
  expect(await value("select count(*) from resiliency.raw_resiliency_tests")).toBe("0");
  const back = await typed(inLine, folder, url);
  expect(back.exitCode, back.stderr).toBe(0);
  expect(back.stdout).toMatch(/back {2}.*_2024_01.*: 41 results\nback {2}.*_2024_02.*: 1 result\n/);
  expect(await bronze()).toEqual(before.bronze);

  await database.query(`insert into resiliency.raw_resiliency_tests (app_id, ingested_at)
    values (1, '2024-01-20 00:00Z')`);
  await expect(moveOut(database, "2024-01", january, signal)).rejects.toThrow("holds other rows");
  expect(await value("select count(*) from resiliency.raw_resiliency_tests")).toBe("43");
});

it("brings results into another warehouse where their ids are free, and counts on above them", async () => {
  const [server] = anyServer();
  if (!server) throw new Error("no test server");
  const folder = mkdtempSync(join(tmpdir(), "dfpg-rotate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "january.sql.gz");
  const bronze = "resiliency.raw_resiliency_tests";
  const open = async () => {
    const warehouse = await openWarehouse(server);
    onTestFinished(() => warehouse.drop());
    return warehouse;
  };
  const insert = `insert into ${bronze} (app_id, ingested_at) values (1, '2024-01-20 00:00Z') returning test_id`;
  const [one, used, empty] = [await open(), await open(), await open()];
  for (let id = 1; id <= 3; id += 1) expect(await one.value(insert)).toBe(String(id));
  expect(await moveOut(one.database, "2024-01", path, signal)).toBe(3);

  await used.value(insert.replace("01-20", "01-21"));
  await expect(moveIn(used.database, path, signal)).rejects.toThrow("1 of the 3 rows in");
  expect(await used.value(`select count(*) from ${bronze}`)).toBe("1");
  expect(await moveIn(empty.database, path, signal)).toBe(3);
  expect(await empty.value(insert)).toBe("4");
});

it("asks before it removes, and knows months that are over", async () => {
  for (const [args, message] of [
    [["out", "2099-01"], "is not over yet"],
    [["out", "January"], '"January" is no month'],
    [["in", "nowhere.sql.gz"], "there is no file"],
    [["out"], "say out and months, or in and files"],
    [["in", "nowhere.sql.gz", "--credential", "prod.json"], "Unknown argument: credential"],
  ] as const) {
    const { exitCode, stderr } = await rotate(args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  }
});
