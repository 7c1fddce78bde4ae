import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { dataform, repository, runCommand } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-new-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function emptyDatabase(): Promise<string> {
  const { url, drop } = await createDatabase(server as NonNullable<typeof server>);
  onTestFinished(drop);
  return url;
}

describe("dataform init", () => {
  it("makes a project that runs at once, is formatted and stays out of trouble with git", async () => {
    const cwd = temporaryFolder();
    const made = await dataform(["init", "shop", "shop_db", "EU"], { cwd });
    expect(made).toMatchObject({ exitCode: 0, stderr: "" });
    expect(made.stdout).toContain("npx dataform run shop");
    const folder = join(cwd, "shop");
    const settings = readFileSync(join(folder, "workflow_settings.yaml"), "utf8");
    expect(settings).toContain('defaultProject: "shop_db"\ndefaultLocation: "EU"\n');
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toContain(".df-credentials.json\n");
    const env = { DATABASE_URL: await emptyDatabase() };
    const run = await dataform(["run", "shop"], { cwd, env });
    expect(run.stdout).toContain("Run successful: 2 actions");
    expect((await dataform(["format", "--check", "shop"], { cwd })).exitCode).toBe(0);
  });

  it("compiles with Dataform's own command", async () => {
    const folder = temporaryFolder();
    await dataform(["init", folder]);
    const core = "node_modules/@dataform/core";
    mkdirSync(join(folder, "node_modules/@dataform"), { recursive: true });
    cpSync(join(repository, core), join(folder, core), { recursive: true });
    const official = join(repository, "node_modules/@dataform/cli/bundle.js");
    const { exitCode, stdout } = await runCommand("node", [official, "compile", folder, "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).tables[0].target.name).toBe("first_view");
  });

  it("takes the flags that editors send", async () => {
    const folder = join(temporaryFolder(), "New Project");
    const flags = ["--project-dir", folder, "--default-database", "a", "--default-location", "b"];
    expect((await dataform(["init", ...flags])).exitCode).toBe(0);
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    expect(name).toBe("new-project");
  });

  it("refuses a folder that holds a project, and touches no file that is there", async () => {
    const { folder } = temporaryProject({});
    const { exitCode, stderr } = await dataform(["init"], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("already holds a project (dataform.json)");
    expect(existsSync(join(folder, "workflow_settings.yaml"))).toBe(false);
    const other = temporaryFolder();
    writeFileSync(join(other, "package.json"), "{}");
    writeFileSync(join(other, ".gitignore"), "mine");
    expect((await dataform(["init"], { cwd: other })).exitCode).toBe(0);
    expect(readFileSync(join(other, "package.json"), "utf8")).toBe("{}");
    expect(readFileSync(join(other, ".gitignore"), "utf8")).toMatch(/^mine\nnode_modules\/\n/);
    const half = temporaryFolder();
    writeFileSync(join(half, "definitions"), "a file");
    expect((await dataform(["init"], { cwd: half })).exitCode).toBe(2);
    rmSync(join(half, "definitions"));
    expect((await dataform(["init"], { cwd: half })).exitCode).toBe(0);
  });
});

describe("dataform init-creds", () => {
  const path = (folder: string) => join(folder, ".df-credentials.json");

  it("writes a file that only its owner reads and that the next run uses", async () => {
    const { folder } = temporaryProject({ "one.sqlx": `config { type: "table" }\nselect 1 as id` });
    const env = { DATABASE_URL: await emptyDatabase() };
    const { exitCode, stdout } = await dataform(["init-creds"], { cwd: folder, env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^written {2}\.df-credentials\.json {2}\(postgres:\/\//);
    expect(statSync(path(folder)).mode & 0o777).toBe(0o600);
    const ran = await dataform(["run"], { cwd: folder });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(folder, ".dataform"))).toBe(false);
  });

  it("takes flags, with the password from PGPASSWORD and nowhere on the screen", async () => {
    const { folder } = temporaryProject({});
    const flags = ["--host", "db.example", "--port", "6543", "--username", "me"];
    const more = ["--database-name", "shop", "--sslmode", "require", "--no-test-connection"];
    const { exitCode, stdout, stderr } = await dataform(["init-creds", ...flags, ...more], {
      cwd: folder,
      env: { PGPASSWORD: "CANARY" },
    });
    expect(exitCode).toBe(0);
    expect(stdout + stderr).not.toContain("CANARY");
    expect(JSON.parse(readFileSync(path(folder), "utf8"))).toEqual({
      host: "db.example",
      port: 6543,
      username: "me",
      password: "CANARY",
      databaseName: "shop",
      sslmode: "require",
    });
  });

  it("writes nothing when the server cannot be reached or nobody can be asked", async () => {
    const { folder } = temporaryProject({});
    const env = { DATABASE_URL: "postgres://me:CANARY@127.0.0.1:1/nowhere" };
    const unreachable = await dataform(["init-creds"], { cwd: folder, env });
    expect(unreachable.exitCode).toBe(4);
    expect(unreachable.stdout + unreachable.stderr).not.toContain("CANARY");
    const unasked = await dataform(["init-creds", "--host", "x"], { cwd: folder });
    expect(unasked.exitCode).toBe(2);
    expect(unasked.stderr).toContain("--username missing");
    expect(existsSync(path(folder))).toBe(false);
  });

  it("writes nothing, and connects to nothing, when the file cannot hold all of the connection", async () => {
    const { folder } = temporaryProject({});
    const options = "options=-c%20search_path%3Dapp&channel_binding=require&sslmode=require";
    const env = { DATABASE_URL: `postgres://me:CANARY@127.0.0.1:1/nowhere?${options}` };
    const { exitCode, stdout, stderr } = await dataform(["init-creds"], { cwd: folder, env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("cannot hold options, channel_binding of this connection");
    expect(stdout + stderr).not.toContain("CANARY");
    expect(existsSync(path(folder))).toBe(false);
  });
});

describe("dataform install", () => {
  it("has nothing to do without packages, and installs those that there are", async () => {
    const { folder, write } = temporaryProject({});
    const nothing = await dataform(["install"], { cwd: folder });
    expect(nothing).toMatchObject({ exitCode: 0 });
    expect(nothing.stdout).toContain("Nothing has to be installed");
    write("own/package.json", JSON.stringify({ name: "own", version: "1.0.0" }));
    write("package.json", JSON.stringify({ dependencies: { own: "file:own" } }));
    const { exitCode } = await dataform(["install", folder]);
    expect(exitCode).toBe(0);
    expect(existsSync(join(folder, "node_modules/own/package.json"))).toBe(true);
  });
});

describe("dataform help", () => {
  it.each([
    [["help"], "Commands:"],
    [["help", "format"], "--ignore-js-files"],
    [["help", "run"], "--exclude"],
    [["help", "db", "start"], "dataform db <step>"],
    [["help", "help"], "Commands:"],
  ])("%j explains", async (args, text) => {
    const { exitCode, stdout } = await dataform(args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(text);
  });

  it("names the nearest command when there is none of that name", async () => {
    const { exitCode, stdout, stderr } = await dataform(["help", "runn"]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain('there is no command "runn"\nhint: did you mean run?');
  });
});
