import { describe, expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";
import { watchServer } from "../../support/watch-server.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

describe("dataform history", () => {
  it("lists runs, tells of one, and says what is wrong with its flags", async () => {
    const { url, drop } = await createDatabase(server);
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table", assertions: { rowConditions: ["id > 1"] },
        postgres: { assertions: { severity: "warn" } } }\nselect 1 as id`,
      "broken.sqlx": `config { type: "table" }\nselect 1 / 0 as id`,
    });
    const env = { DATABASE_URL: url };
    const command = (...args: string[]) => dataform(args, { cwd: project.folder, env });
    const history = async (...args: string[]) => (await command("history", ...args)).stdout;
    expect(await history()).toBe("no run has been written down in this database yet\n");
    expect(await history("--json")).toBe("[]\n");

    expect((await command("run", "--vars=token=s3cret")).exitCode).toBe(1);
    expect((await command("run", "--no-history")).exitCode).toBe(1);
    const list = await history();
    expect(list).toMatch(/\| failed \| +\d+\.\d\d \| +2 \| +1 \| +0 \| +1 \|/);
    // Cancelled actions are among those that did not run.
    expect(list).toContain("| failed | not run | warnings |");
    expect(list).toContain("dataform run --vars=token=***");
    expect(list.trim().split("\n")).toHaveLength(3);
    const [run] = JSON.parse(await history("--json"));
    expect(run).toMatchObject({ status: "failed", exit_code: 1, warnings: 1 });

    const ask = await watchServer(url);
    // The first three times were quick.
    await ask(`
      insert into run_history.runs
      select n::text, project, started_at - n * interval '1 hour', ended_at, status, exit_code, null,
        null, selection, planned_actions, versions, null, null, null, null, role_name, null
      from run_history.runs, generate_series(1, 3) as n;
      insert into run_history.actions
      select n::text, schema_name, action_name, type, file_name, tags, status, reason, reused,
        started_at - n * interval '1 hour',
        started_at - n * interval '1 hour' + interval '1 ms', null, null, rows, null, 0, null, error, null
      from run_history.actions, generate_series(1, 3) as n;
      update run_history.actions set ended_at = started_at + interval '5 s', lock_wait_seconds = 2
      where run_id = '${run.run_id}' and action_name = 'orders'`);
    const detail = await history("latest");
    expect(await history(run.run_id.slice(0, 6))).toBe(detail);
    expect(detail).toMatch(
      /Failed:\n {2}shop\.broken: division by zero, since \d{4}-[\d: -]+ UTC\n/,
    );
    expect(detail).toMatch(
      /Warnings:\n {2}shop\.orders: rowConditions \(id > 1\): 1 failing row, since/,
    );
    expect(detail).toContain(
      "Slower than usual:\n  shop.orders: 5.00 s, usually 0.00 s (3 runs)\n",
    );
    expect(detail).toContain("Waited for locks:\n  shop.orders: 2.00 s\n");
    const failed = JSON.parse(await history("latest", "--json")).actions.find(
      ({ action_name: name }: { action_name: string }) => name === "broken",
    );
    expect(Date.parse(failed.failing_since)).toBeLessThan(Date.parse(run.started_at) - 3_600_000);
    expect(
      (await history("--action", "*.ord*", "--limit", "2")).match(/shop\.orders /g),
    ).toHaveLength(2);
    expect(await history("--since", "1 h", "--json")).toContain(run.run_id);
    expect(JSON.parse(await history("--since", "2 h", "--json"))).toHaveLength(2);
    // The earlier ones began hours before, and the clock in Tokyo is nine hours ahead.
    const asListed = run.started_at.slice(0, 19).replace("T", " ");
    const inTokyo = await dataform(["history", "--since", asListed, "--json"], {
      cwd: project.folder,
      env: { ...env, TZ: "Asia/Tokyo" },
    });
    expect(JSON.parse(inTokyo.stdout)).toMatchObject([{ run_id: run.run_id }]);
    expect(await history("--status", "cancelled")).toBe("no run is like that\n");

    for (const [flags, message] of [
      [["--since", "5"], "--since: 5 has no unit"],
      [["--since", "2026-99-99"], "write 2026-11-01"],
      [["--limit", "0"], "--limit: 0"],
      [["--status", "fine"], "fine"],
      [["nope"], "no run has the id nope"],
    ] as const) {
      const { exitCode, stderr } = await command("history", ...flags);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringContaining(message),
      });
    }
    await drop();
  });
});
