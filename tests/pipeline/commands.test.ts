import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { httpReceiver } from "../support/receivers.ts";
import { dataform, type Finished, npmScript, repository } from "../support/run-command.ts";
import {
  createDatabase,
  servers,
  type TestDatabase,
  type TestServer,
} from "../support/test-database.ts";

const [server] = servers() as [TestServer, ...TestServer[]];

function start(name: "start" | "generate", args: string[], env: Record<string, string> = {}) {
  return npmScript(name, args, { env });
}

describe("npm start", () => {
  let url: string;
  let first: TestDatabase;
  let firstRun: Finished;

  const daily = (...args: string[]) => start("start", args, { DATABASE_URL: url });

  beforeAll(async () => {
    first = await createDatabase(server);
    url = first.url;
    firstRun = await daily("--date", "2026-01-05");
    return first.drop;
  });

  beforeEach(async () => {
    const database = await createDatabase(server, first.url);
    url = database.url;
    return database.drop;
  });

  it("generates a day, runs everything and prints what there is to know", () => {
    const { exitCode, stdout } = firstRun;
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain("generated 50 tests on 1 day: 2026-01-05");
    expect(stdout).toMatch(/bronze \| resiliency\.raw_resiliency_tests +\| +50$/m);
    expect(stdout).toMatch(/silver \| resiliency\.stg_resiliency_tests +\| +50$/m);
    expect(stdout).toMatch(/gold +\| resiliency\.fact_resiliency_metrics +\| +5$/m);
    expect(stdout).toContain("metrics of 2026-01-05");
    expect(stdout).toMatch(/^ Payment Service +\| +\d+ \| .*\| t$/m);
    expect(stdout).toContain('npx dataform query "select');
    expect(stdout).toMatch(/Assertions: \d+ passed(?!.*failed)/);
  });

  it("changes nothing on the same day, and adds the missed days on a later one", async () => {
    const again = await daily("--date", "2026-01-05");
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain("skipped 1 day that already held generated tests: 2026-01-05");
    expect(again.stdout).toMatch(/gold +\| .*\| +5$/m);
    const later = await daily("--to", "2026-01-08", "--tests-per-day", "20");
    expect(later.stdout).toContain("generated 60 tests on 3 days: 2026-01-06 to 2026-01-08");
    expect(later.stdout).toMatch(/bronze .*\| +110$/m);
    const range = await daily("--from", "2026-01-04", "--to", "2026-01-06");
    expect(range.stdout).toContain("generated 50 tests on 1 day: 2026-01-04");
    expect(range.stdout).toContain("skipped 2 days");
  });

  const ask = (statement: string) => dataform(["query", statement], { env: { DATABASE_URL: url } });

  it("counts what silver puts aside, and ends well", async () => {
    await ask(`
      insert into resiliency.raw_resiliency_tests
        (app_id, start_time, end_time, duration_ms, status, is_synthetic)
      values (1, '2026-01-06 10:00Z', '2026-01-06 10:00Z', -5, 'passed', true)`);
    const { exitCode, stdout } = await daily("--date", "2026-01-06");
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/bronze \| .*\| +101$/m);
    expect(stdout).toMatch(/silver \| resiliency\.stg_resiliency_tests +\| +100$/m);
    expect(stdout).toMatch(/silver \| resiliency\.stg_duplicate_tests +\| +0$/m);
    expect(stdout).toMatch(/silver \| resiliency\.stg_quarantined_tests +\| +1$/m);
    expect(stdout).toMatch(/silver \| resiliency\.stg_not_conclusive_tests +\| +0$/m);
  });

  it("fails with exit code 1 and still says what the warehouse holds when an assertion fails", async () => {
    await ask(`
      update resiliency.fact_resiliency_metrics
      set total_tests = total_tests + 1, passed_tests = passed_tests + 1`);
    const { exitCode, stdout } = await daily("--date", "2026-01-06");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("metrics_do_not_add_up");
    expect(stdout).toMatch(/gold +\| .*\| +10$/m);
  });

  it("tells people that the server is out of reach, and that the days cannot be loaded", async () => {
    const forget = () => rmSync(join(repository, "target/notify_state.json"), { force: true });
    onTestFinished(forget);
    const { url: hook, received } = await httpReceiver(200);
    const env = { DATAFORM_NOTIFY_URL: hook.href };
    const nobody = { ...env, DATABASE_URL: "postgres://me@127.0.0.1:1/nowhere" };
    forget();
    expect((await start("start", [], nobody)).exitCode).toBe(4);
    forget();
    await ask(`
      create function public.no_room() returns trigger language plpgsql as
        $$ begin raise exception 'there is no room'; end $$;
      create trigger no_room before insert on resiliency.raw_resiliency_tests
        for each statement execute function public.no_room()`);
    const failed = await start("start", ["--date", "2026-01-06"], { ...env, DATABASE_URL: url });
    expect(failed.exitCode, failed.stderr).not.toBe(0);
    const told = received.map(({ body }) => JSON.parse(body).notices);
    const impossible = { event: "began", title: "the run could not start" };
    const full = { ...impossible, finding: expect.stringContaining("there is no room") };
    expect(told).toMatchObject([[impossible], [full]]);
  });
});

describe("the generator's commands", () => {
  it.each([
    ["generate", ["--days", "0"], '--days is not a number it takes: "0"'],
    ["generate", ["--days", "1.5"], '--days is not a number it takes: "1.5"'],
    ["generate", ["--tests-per-day", "many"], '--tests-per-day is not a number it takes: "many"'],
    ["generate", ["--seed", "-1"], '--seed is not a number it takes: "-1"'],
    ["generate", ["--from", "2026-02-30"], '--from is not a day: "2026-02-30"'],
    ["generate", ["--profile", "unreal"], "unreal"],
    ["generate", ["--truth", "package.json/truth"], "--truth is not a file that can be written"],
    ["generate", ["--dayz", "3"], "dayz"],
    ["start", ["--date", "today"], '--date is not a day: "today"'],
    ["start", ["--from", "2026-01-02", "--to", "2026-01-01"], "is after the last one"],
    ["start", ["extra"], "extra"],
  ] as const)("npm %s refuses %j with one clear line and exit code 2", async (name, args, text) => {
    const { exitCode, stdout, stderr } = await start(name, [...args], { DATABASE_URL: server.url });
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    const [message = "", ...more] = stderr.trim().split("\n");
    expect(message).toMatch(/^error: /);
    expect(message).toContain(text);
    expect(more.filter((line) => !line.startsWith("hint: "))).toEqual([]);
  });

  it.each(["start", "generate"] as const)("npm %s explains itself with --help", async (name) => {
    const { exitCode, stdout } = await npmScript(name, ["--help"], { asProcess: true });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/--tests-per-day/);
    expect(stdout).toMatch(/--credentials/);
  });

  it("end with the days before today when no first day is given", async () => {
    const { url, drop } = await createDatabase(server);
    try {
      const { stdout } = await start("generate", ["--days", "2", "--tests-per-day", "3"], {
        DATABASE_URL: url,
      });
      const [, from, to] = /generated 6 tests on 2 days: (\S+) to (\S+)/.exec(stdout) ?? [];
      expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(86_400_000);
      const daysAgo = Math.floor(Date.now() / 86_400_000) - Date.parse(to ?? "") / 86_400_000;
      expect([1, 2]).toContain(daysAgo);
    } finally {
      await drop();
    }
  });

  it("write what was planned beside a realistic load, once", async () => {
    const { url, drop } = await createDatabase(server);
    const folder = mkdtempSync(join(tmpdir(), "truth-"));
    const truth = join(folder, "truth.ndjson");
    const args = ["--profile", "realistic", "--from", "2026-01-05", "--tests-per-day", "200"];
    const load = () => start("generate", [...args, "--truth", truth], { DATABASE_URL: url });
    try {
      const { exitCode, stdout, stderr } = await load();
      expect(exitCode, stderr).toBe(0);
      const lines = readFileSync(truth, "utf8").trimEnd().split("\n");
      expect(JSON.parse(lines.at(-1) ?? "").totals.rows).toBe(lines.length - 1);
      expect(stdout).toContain(`generated ${lines.length - 1} tests on 1 day: 2026-01-05`);
      expect((await load()).stdout).toContain("skipped 1 day");
    } finally {
      rmSync(folder, { recursive: true });
      await drop();
    }
  });
});
