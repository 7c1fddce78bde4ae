import { describe, expect, it, onTestFinished } from "vitest";
import { deleteMadeUpRows } from "../../generator/made-up-rows.ts";
import { openUrl } from "../support/opened-database.ts";
import { dataform, npmScript } from "../support/run-command.ts";
import { createDatabase, servers } from "../support/test-database.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

describe("a warehouse with real results", () => {
  it("gets no made-up ones unasked, and loses only those by a reset", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const env = { DATABASE_URL: url };
    const script = (name: string, ...args: string[]) => npmScript(name, args, { env });
    const rows = async (sql: string) =>
      (await dataform(["query", sql, "--format", "csv"], { env })).stdout
        .trim()
        .split("\n")
        .slice(1);
    const kinds = () =>
      rows(
        "select is_synthetic, count(*) from resiliency.raw_resiliency_tests group by 1 order by 1",
      );

    await script("generate", "--days", "2", "--tests-per-day", "20", "--from", "2026-01-05");
    await rows(`
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, start_time, end_time, duration_ms, status)
      values (1, 'Database Failover', '2026-01-06 10:00Z', '2026-01-06 10:10Z', 600000, 'passed')`);

    const started = await script("start", "--date", "2026-01-07");
    expect(started.exitCode, started.stderr).toBe(0);
    expect(started.stdout).toContain("holds real results: nothing is generated");
    expect(started.stdout).toContain("npx dataform run");
    const refused = await script("generate");
    expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
    expect(refused.stderr).toContain("--beside-real-results");
    expect(await kinds()).toEqual(["f,1", "t,40"]);

    const asked = await script("reset");
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toContain("deletes 40 made-up results of 2 days; 1 real result stays");
    expect(await kinds()).toEqual(["f,1", "t,40"]);

    const reset = await script("reset", "--yes");
    expect(reset.exitCode, reset.stdout + reset.stderr).toBe(0);
    expect(await kinds()).toEqual(["f,1"]);
    expect(await rows("select total_tests from resiliency.fact_resiliency_metrics")).toEqual(["1"]);
    expect(await rows("select count(*) from resiliency.dim_applications")).toEqual(["5"]);
    const changed = await dataform(["query", "delete from resiliency.raw_resiliency_tests"], {
      env,
    });
    expect(changed.stderr).toContain("append only");
    expect((await script("reset", "--yes")).stdout).toContain("nothing to reset");
  });

  it("is rebuilt by a second reset when the first one ended before that", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const database = await openUrl(url);
    const script = (name: string, ...args: string[]) =>
      npmScript(name, args, { env: { DATABASE_URL: url } });
    await script("start", "--date", "2026-01-05");
    await deleteMadeUpRows(database, new AbortController().signal);
    const again = await script("reset", "--yes");
    expect(again.exitCode, again.stdout + again.stderr).toBe(0);
    const { rows } = await database.query(
      "select count(*) from resiliency.stg_test_results union all select count(*) from resiliency.fact_resiliency_metrics",
    );
    expect(rows.flat()).toEqual(["0", "0"]);
    expect((await script("reset", "--yes")).stdout).toContain("nothing to reset");
  });
});
