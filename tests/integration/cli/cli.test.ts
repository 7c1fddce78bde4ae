import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { XMLParser } from "fast-xml-parser";
import { beforeEach, describe, expect, it } from "vitest";
import { holdTimers } from "../../support/hold-timers.ts";
import { dataform, dataformProgram, repository, runCommand } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";
import { until, watchServer, workingOn } from "../../support/watch-server.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

describe("the dataform command", () => {
  let env: { DATABASE_URL: string };

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    env = { DATABASE_URL: url };
    return drop;
  });

  it("is ours under every name after npm ci", async () => {
    const version = `${JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).version}\n`;
    const ways: [string, string[]][] = [
      ["npx", ["--no-install", "dataform", "--version"]],
      [join(repository, "node_modules/.bin/dataform"), ["--version"]],
      // npx looks for each name in this folder, and is `npm exec`.
      [join(repository, "node_modules/.bin/dataform-postgres"), ["--version"]],
      ["npm", ["run", "--silent", "compile", "--", "--version"]],
    ];
    for (const [program, args] of ways) {
      expect(await runCommand(program, args), args.join(" ")).toMatchObject({
        exitCode: 0,
        stdout: version,
      });
    }
  });

  it.each([
    ["--help"],
    ["compile", "--help"],
    ["run", "--help"],
    ["query", "--help"],
    ["db", "--help"],
  ])("explains itself: %s %s", async (...args) => {
    const { exitCode, stdout } = await dataform(args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("dataform");
    expect(stdout).not.toMatch(/\bundefined\b/);
  });

  it.each([
    [[], "name a command"],
    [["rnu"], "run"],
    [["run", "--nope"], "nope"],
    [["run", "--threads", "0"], "--threads"],
    [["compile", "--vars.env=x"], "unknown: --vars.env"],
    [["run", "--actions.first=a"], "unknown: --actions.first"],
    [["schedule", "--cron", "@daily", "--timeout.x=5s"], "unknown: --timeout.x"],
    [["run", "--dry-run=1"], '--dry-run is on or off, and "1" is neither true nor false'],
    [["run", "--vars", "x"], '"x"'],
    [["query", ""], "empty"],
    [["query", "select 1", "--format", "xml"], "xml"],
    [["run", "--include-deps"], "--include-deps"],
  ])("refuses wrong usage with exit code 2: %j", async (args, message) => {
    const { folder } = temporaryProject({ "one.sqlx": `config { type: "table" }\nselect 1 as id` });
    const { exitCode, stdout, stderr } = await dataform(args as string[], { cwd: folder, env });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });

  it("shows a broken model with file, line, caret and PostgreSQL's hint, and skips what is below", async () => {
    const { folder } = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as order_id`,
      "broken.sqlx": `config {\n  type: "table"\n}\n\nselect\n  orders.order_idd\nfrom \${ref("orders")} as orders`,
      "below.sqlx": `config { type: "view" }\nselect * from \${ref("broken")} as broken`,
    });
    const { exitCode, stdout, stderr } = await dataform(["run"], { cwd: folder, env });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("definitions/broken.sqlx:6:3");
    expect(stdout).toMatch(/column orders\.order_idd does not exist/);
    expect(stdout).toMatch(/orders\.order_idd\n[^\n]*\^/);
    expect(stdout).toContain('Perhaps you meant to reference the column "orders.order_id"');
    expect(stdout).toMatch(/skipped .*shop\.below/);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
  });

  it("shows a failing assertion with its rule, its count and the rows, in every report", async () => {
    const { folder } = temporaryProject({
      "orders.sqlx": `config { type: "table", assertions: { rowConditions: ["price > 0"] } }
select n as id, -n as price from generate_series(1, 7) as n`,
    });
    const summary = join(folder, "summary.md");
    writeFileSync(summary, "# before\n");
    const github = {
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: folder,
      GITHUB_STEP_SUMMARY: summary,
    };
    const { exitCode, stdout, stderr } = await dataform(["run", "--junit", "out/junit.xml"], {
      cwd: folder,
      env: { ...env, ...github },
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("price > 0");
    expect(stdout).toMatch(/7 (failing )?rows/);
    expect(stderr).toMatch(/::error .*file=definitions\/orders\.sqlx,line=1/);
    const junit = new XMLParser({ ignoreAttributes: false }).parse(
      readFileSync(join(folder, "out/junit.xml"), "utf8"),
    );
    expect(JSON.stringify(junit)).toContain('"@_failures":"1"');
    const markdown = readFileSync(summary, "utf8");
    expect(markdown.startsWith("# before\n")).toBe(true);
    expect(markdown).toContain("price");
    const results = JSON.parse(readFileSync(join(folder, "target/run_results.json"), "utf8"));
    expect(results.status).toBe("failed");
    expect(JSON.stringify(results)).toContain('"failingRows":7');
  });

  it("refuses a report that could not be written before it runs", async () => {
    const { folder } = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id`,
    });
    const reports = [
      ["--junit", ".", ". cannot be written: it is a folder"],
      ["--junit", "dataform.json/a.xml", "dataform.json/a.xml cannot be written: EEXIST"],
      ["--summary", "definitions", "definitions cannot be written: it is a folder"],
    ] as const;
    for (const [flag, path, message] of reports) {
      const { exitCode, stderr } = await dataform(["run", flag, path], { cwd: folder, env });
      expect(stderr).toContain(message);
      expect(exitCode).toBe(2);
    }
    const { exitCode, stderr } = await dataform(["test", "--junit", "."], { cwd: folder, env });
    expect(stderr).toContain(". cannot be written: it is a folder");
    expect(exitCode).toBe(2);
    expect(existsSync(join(folder, "target/run_results.json"))).toBe(false);
  });

  it("prints the run result and nothing else on stdout with --json, also when it fails", async () => {
    const { folder } = temporaryProject({
      "bad.sqlx": `config { type: "table" }\nselect 1 / 0 as x`,
    });
    const { exitCode, stdout } = await dataform(["run", "--json"], { cwd: folder, env });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "failed",
      actions: [{ target: { schema: "shop", name: "bad" }, status: "failed" }],
    });
  });

  it("prints the plan on a dry run and leaves the database alone", async () => {
    const { folder } = temporaryProject({
      "one.sqlx": `config { type: "table" }\nselect 41 + 1 as id`,
    });
    const { exitCode, stdout } = await dataform(["run", "--dry-run"], { cwd: folder, env });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("select 41 + 1 as id");
    const json = await dataform(["run", "--dry-run", "--json"], { cwd: folder, env });
    expect(JSON.parse(json.stdout).actions).toHaveLength(1);
    const count = "select count(*) from pg_namespace where nspname = 'shop'";
    const asked = await dataform(["query", count, "--format", "csv"], { cwd: folder, env });
    expect(asked.stdout).toBe("count\n0\n");
  });

  it("compiles with the project's overrides", async () => {
    const { folder } = temporaryProject({
      "one.sqlx": `config { type: "table" }\nselect \${dataform.projectConfig.vars.n} as id`,
    });
    const flags = ["--vars", "n=7", "--schema-suffix", "dev", "--table-prefix", "p"];
    const { stdout } = await dataform(["compile", folder, "--json", ...flags], {});
    expect(JSON.parse(stdout).tables[0]).toMatchObject({
      target: { schema: "shop_dev", name: "p_one" },
      query: expect.stringContaining("select 7 as id"),
    });
  });

  it("keeps stdout pure JSON when the project does not compile, and exits 1", async () => {
    const { folder } = temporaryProject({
      "one.sqlx": `config { type: "table" }\nselect * from \${ref("nothing")} as nothing`,
    });
    const { exitCode, stdout, stderr } = await dataform(["compile", "--json"], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).graphErrors.compilationErrors[0].fileName).toBe(
      "definitions/one.sqlx",
    );
    expect(stderr).toContain("definitions/one.sqlx");
    expect((await dataform(["run"], { cwd: folder, env })).exitCode).toBe(3);
  });

  it("says what is wrong with the selection and exits 2", async () => {
    const { folder } = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id`,
    });
    const { exitCode, stderr } = await dataform(["run", "--actions", "ordes"], {
      cwd: folder,
      env,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("did you mean orders");
  });

  it("says that there is no project and exits 2", async () => {
    const { folder, remove } = temporaryProject({});
    remove("dataform.json");
    const { exitCode, stderr } = await dataform(["run"], { cwd: folder, env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("dataform.json");
  });

  it.each([
    ["run", "shpo"],
    ["plan", "shpo"],
    ["db", "start", "shpo"],
    ["query", "select 1", "--project-dir=shpo"],
  ])("starts no server for `%s` in a folder that is misspelt", async (...args) => {
    const { folder } = temporaryProject({});
    const { exitCode, stderr } = await dataform(args, { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`There is no folder ${join(folder, "shpo")}.`);
    expect(existsSync(join(folder, "shpo"))).toBe(false);
  });

  it.each([
    [["runn"], 'there is no command "runn"', "did you mean run? see `dataform --help`"],
    [["run", "--fulll-refresh"], "unknown: --fulll-refresh\n", "did you mean --full-refresh? see"],
    [["compile", "a", "b", "c", "--jsn=x"], "unknown: --jsn, c\n", "see `dataform compile --help`"],
  ])("names what is wrong with %j and what was meant", async (args, says, hint) => {
    const { exitCode, stderr } = await dataform(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).toContain(hint);
  });

  it("says that the server cannot be reached, without its password, and exits 4", async () => {
    const { folder } = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id`,
    });
    const { exitCode, stdout, stderr } = await dataform(["run"], {
      cwd: folder,
      env: { DATABASE_URL: "postgres://someone:CANARY-secret@127.0.0.1:1/nowhere" },
    });
    expect(exitCode).toBe(4);
    expect(stderr).toContain("127.0.0.1:1");
    expect(stdout + stderr).not.toContain("CANARY");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("cancels on SIGINT, reports what was not done and exits 130", async () => {
    const { folder } = temporaryProject({
      "slow.sqlx": `config { type: "operations" }\nselect pg_sleep(60) as slow`,
      "next.sqlx": `config { type: "operations", dependencies: ["slow"] }\nselect 1`,
    });
    const ask = await watchServer(env.DATABASE_URL);
    const { exitCode, stdout } = await dataform(["run"], {
      cwd: folder,
      env,
      onStart: (kill) => void until(() => ask(workingOn("as slow"))).then(() => kill("SIGINT")),
    });
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/cancelled .*shop\.next/);
    const results = JSON.parse(readFileSync(join(folder, "target/run_results.json"), "utf8"));
    expect(results.status).toBe("cancelled");
  });

  it("ends a run at its time limit and exits 6", async () => {
    const { folder } = temporaryProject({
      "slow.sqlx": `config { type: "operations" }\nselect pg_sleep(60)`,
    });
    const endLimit = holdTimers(3_600_000);
    const finished = dataform(["run", "--timeout", "1h"], { cwd: folder, env });
    const ask = await watchServer(env.DATABASE_URL);
    await until(() => ask(workingOn("pg_sleep")));
    endLimit();
    expect((await finished).exitCode).toBe(6);
  });

  it.each([
    ["table", ' id | note\n----+-------\n  1 | a,"b"\n  2 |\n(2 rows)\n'],
    ["csv", 'id,note\n1,"a,""b"""\n2,\n'],
    ["json", '[{"id":1,"note":"a,\\"b\\""},{"id":2,"note":null}]\n'],
  ])("prints the rows of a query as %s", async (format, expected) => {
    const { folder } = temporaryProject({});
    const sql = `-- begins with a comment\nselect * from (values (1, 'a,"b"'), (2, null)) as v (id, note)`;
    const { exitCode, stdout } = await dataform(["query", sql, "--format", format], {
      cwd: folder,
      env,
    });
    expect(exitCode).toBe(0);
    expect(format === "json" ? `${JSON.stringify(JSON.parse(stdout))}\n` : stdout).toBe(expected);
  });

  it("says which rows of several statements it does not print", async () => {
    const { folder } = temporaryProject({});
    const sql = "select 1 as a; set work_mem = '8MB'; copy (select 3) to stdout; select 2 as b";
    const several = await dataform(["query", sql, "--format", "csv"], { cwd: folder, env });
    expect(several).toMatchObject({ exitCode: 0, stdout: "b\n2\n" });
    expect(several.stderr).toContain(
      "left out are the rows of 2 statements: send each by itself\n",
    );
    const one = await dataform(["query", "select 2 as b"], { cwd: folder, env });
    expect(one.stderr).not.toContain("left out");
  });

  it("reads a query from standard input", async () => {
    const piped = `echo 'select 5 as five' | "$0" "$1" query - --format csv`;
    const args = ["-c", piped, process.execPath, dataformProgram()];
    expect(await runCommand("sh", args, { env })).toMatchObject({
      exitCode: 0,
      stdout: "five\n5\n",
    });
  });

  it("streams what copy to stdout sends, and shows its errors", async () => {
    const { folder } = temporaryProject({});
    const copy = "copy (select n, null from generate_series(1, 3) as n) to stdout";
    const { stdout } = await dataform(["query", copy], { cwd: folder, env });
    expect(stdout).toBe("1\t\\N\n2\t\\N\n3\t\\N\n");
    const commented = `-- every row; none is lost\n/* with *\n its number */ ${copy}`;
    expect((await dataform(["query", commented], { cwd: folder, env })).stdout).toBe(stdout);
    const failed = await dataform(["query", "copy nowhere to stdout"], { cwd: folder, env });
    expect(failed.exitCode).toBe(4);
    expect(failed.stderr).toContain('relation "nowhere" does not exist');
  });

  it("shows an SQL error of a query with its place and exits 4", async () => {
    const { folder } = temporaryProject({});
    const { exitCode, stderr } = await dataform(["query", "select nonsense"], { cwd: folder, env });
    expect(exitCode).toBe(4);
    expect(stderr).toContain('column "nonsense" does not exist');
    expect(stderr).toMatch(/select nonsense\n[^\n]*\^/);
  });
});
