import { describe, expect, it, onTestFinished } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

const names = Array.from({ length: 30 }, (_, index) => `table_${index}`);

describe.each(anyServer())("30 actions on $name", (server) => {
  async function start(files: Record<string, string>, args: string[], threads = 16) {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const { folder: cwd } = temporaryProject(files);
    return dataform([...args, "--threads", `${threads}`], { cwd, env: { DATABASE_URL: url } });
  }

  it("build 30 tables without a warning", async () => {
    const table = 'config { type: "table" }\nselect 1 as id from pg_sleep(0.15)';
    const files = Object.fromEntries(names.map((name) => [`${name}.sqlx`, table]));
    const { exitCode, stdout, stderr } = await start(files, ["run"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("30 successful");
  });

  it("try again what waits for a lock without a warning", async () => {
    const failing = `config { type: "operations" }
      do $$ begin raise exception 'on purpose' using errcode = '55P03'; end $$`;
    const files = Object.fromEntries(names.map((name) => [`${name}.sqlx`, failing]));
    const { exitCode, stderr } = await start(files, ["run"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  });

  it("fail one after the other on one connection without a warning", async () => {
    const failing = 'config { type: "operations" }\nselect 1 / 0';
    const files = Object.fromEntries(names.map((name) => [`${name}.sqlx`, failing]));
    const { exitCode, stderr } = await start(files, ["run"], 1);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  });

  it("run 30 unit tests without a warning", async () => {
    const files = Object.fromEntries(
      names.flatMap((name) => [
        [`${name}.sqlx`, 'config { type: "table" }\nselect 1 as id from pg_sleep(0.15)'],
        [`${name}_test.sqlx`, `config { type: "test", dataset: "${name}" }\nselect 1 as id`],
      ]),
    );
    const { exitCode, stderr } = await start(files, ["test"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });

  it("run the JiT code of 30 actions without a warning", async () => {
    const jit = (name: string) => `operate("${name}").jitCode(async (context) => {
      await context.adapter.execute("select pg_sleep(0.15)");
      return ["select 1"];
    });`;
    const { exitCode, stderr } = await start({ "all.js": names.map(jit).join("\n") }, ["run"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });
});
