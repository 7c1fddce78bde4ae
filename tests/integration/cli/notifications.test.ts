import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeEach, describe, expect, it } from "vitest";
import { httpReceiver, mailReceiver, type Received } from "../../support/receivers.ts";
import { dataform, type RunCommandOptions, repository } from "../../support/run-command.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";
import { watchServer } from "../../support/watch-server.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

const schema = JSON.parse(readFileSync(join(repository, "docs/notification.schema.json"), "utf8"));
const isValid = new Ajv2020({ formats: { "date-time": true } }).compile(schema);

const files = {
  "orders.sqlx": `config { type: "view" }\nselect * from public.source`,
  "no_debts.sqlx": `config { type: "assertion" }\nselect id, amount, payload from \${ref("orders")} where amount < 0`,
  "late.sqlx": `config { type: "assertion", postgres: { severity: "warn" } }\nselect id from \${ref("orders")} where id > 1`,
};

describe("the notifications of a run", () => {
  let url: string;
  let ask: Awaited<ReturnType<typeof watchServer>>;
  let project: TemporaryProject;

  beforeEach(async () => {
    const database = await createDatabase(server);
    url = database.url;
    ask = await watchServer(url);
    await ask("create table public.source as select 1 as id, -5 as amount, 'secret' as payload");
    project = temporaryProject(files);
    return database.drop;
  });

  const run = (
    env: Record<string, string>,
    args: string[] = [],
    how: Pick<RunCommandOptions, "compilesInProcess"> = {},
  ) =>
    dataform(["run", ...args], { cwd: project.folder, env: { DATABASE_URL: url, ...env }, ...how });

  const told = (received: Received[]) =>
    received.map(({ body }) => {
      const message = JSON.parse(body);
      expect(isValid(message), JSON.stringify(isValid.errors)).toBe(true);
      return message.notices.map((each: { event: string; title: string }) => [
        each.event,
        each.title,
      ]);
    });

  it("tell a failure when it begins and when it is over, and a warning once", async () => {
    const { url: hook, received } = await httpReceiver(200);
    const { mails, urlOf } = await mailReceiver();
    const env = {
      DATAFORM_NOTIFY_URL: hook.href,
      DATAFORM_NOTIFY_EMAIL: "ops@example.org",
      DATAFORM_NOTIFY_SMTP_URL: urlOf("pass%20word"),
      DATAFORM_NOTIFY_COMMAND: "cat >> told.jsonl",
    };
    expect((await run(env, ["--link", "https://ci.example.org/1"])).exitCode).toBe(1);
    await ask("insert into public.source values (2, 1, 'x')");
    // The machine of a workflow has no file of the run before: the database has it.
    rmSync(join(project.folder, "target/notify_state.json"));
    expect((await run(env)).exitCode).toBe(1);
    expect((await run(env)).exitCode).toBe(1);
    await ask("delete from public.source where amount < 0");
    expect((await run(env)).exitCode).toBe(0);
    expect((await run(env)).exitCode).toBe(0);
    expect(told(received)).toEqual([
      [["began", "assertion shop_assertions.no_debts"]],
      [["began", "assertion shop_assertions.late"]],
      [["ended", "assertion shop_assertions.no_debts"]],
    ]);
    const [first] = received.map(({ body }) => JSON.parse(body));
    expect(first).toMatchObject({
      run: { link: "https://ci.example.org/1", status: "failed" },
      notices: [{ finding: "1 failing row", sample: [{ id: "1", amount: "-5" }] }],
    });
    expect(JSON.stringify(first)).not.toContain("secret");
    expect(mails).toHaveLength(3);
    const lines = readFileSync(join(project.folder, "told.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      received.map(({ body }) => JSON.parse(body)),
    );
  });

  it("leave the exit code as it is when nobody takes them, and come again in the next run", async () => {
    const { url: hook, received } = await httpReceiver(404, 200);
    const env = { DATAFORM_NOTIFY_URL: hook.href };
    const first = await run(env);
    expect(first.exitCode).toBe(1);
    expect(first.stderr).toContain(`the notification for ${hook.origin} was not delivered`);
    expect(first.stderr).not.toContain(hook.pathname);
    expect((await run(env)).stderr).not.toContain("not delivered");
    expect(told(received)).toEqual([
      [["began", "assertion shop_assertions.no_debts"]],
      [["began", "assertion shop_assertions.no_debts"]],
    ]);
  });

  it("tell that a run could not start, and that one could again", async () => {
    const { url: hook, received } = await httpReceiver(200);
    const env = { DATAFORM_NOTIFY_URL: hook.href, DATAFORM_NOTIFY_SAMPLES: "none" };
    await ask("update public.source set amount = 1");
    const nobody = { ...env, DATABASE_URL: "postgres://me:topsecret@127.0.0.1:1/shop" };
    expect((await run(nobody)).exitCode).toBe(4);
    project.write("broken.sqlx", "config { type: ");
    expect((await run(env)).exitCode).toBe(3);
    project.remove("broken.sqlx");
    expect((await run(env, ["--actions", "nothing_of_the_kind"])).exitCode).toBe(2);
    expect((await run(env)).exitCode).toBe(0);
    expect(told(received)).toEqual([
      [["began", "the run could not start"]],
      [["ended", "the run could not start"]],
    ]);
    expect(received[0]?.body).not.toContain("topsecret");
  });

  it("tell what keeps a run with --run-tests from starting, and that one could again", async () => {
    const { url: hook, received } = await httpReceiver(200);
    const env = { DATAFORM_NOTIFY_URL: hook.href };
    await ask("update public.source set amount = 1");
    const unitTest = (expected: number) =>
      `config { type: "test", dataset: "one" }\nselect ${expected} as id`;
    project.write("one.sqlx", `config { type: "view" }\nselect 1 as id`);
    project.write("one_test.sqlx", unitTest(1));
    const tested = async (more: Record<string, string> = {}) =>
      (await run({ ...env, ...more }, ["--run-tests"])).exitCode;
    const nobody = { DATABASE_URL: "postgres://me@127.0.0.1:1/shop" };
    expect([await tested(nobody), await tested()]).toEqual([4, 0]);
    project.write("broken.sqlx", "config { type: ");
    expect(await tested()).toBe(3);
    project.remove("broken.sqlx");
    expect(await tested()).toBe(0);
    project.write("one_test.sqlx", unitTest(2));
    expect([await tested(), await tested()]).toEqual([1, 1]);
    // The machine of a workflow has no file of the run before: the database has it.
    rmSync(join(project.folder, "target/notify_state.json"));
    project.write("one_test.sqlx", unitTest(1));
    expect(await tested()).toBe(0);
    const [began, ended] = ["began", "ended"].map((event) => [[event, "the run could not start"]]);
    expect(told(received)).toEqual([began, ended, began, ended, began, ended]);
    expect(JSON.parse(received[4]?.body ?? "{}").notices).toMatchObject([
      { finding: "1 unit test failed: one_test", look: "npx dataform test" },
    ]);
  });

  it("tell that the time of a run was over before it had begun with its actions", async () => {
    const { url: hook, received } = await httpReceiver(200);
    const env = { DATAFORM_NOTIFY_URL: hook.href };
    await ask("update public.source set amount = 1");
    project.write("includes/endless.js", "while (true);");
    project.write("endless.sqlx", `config { type: "view" }\nselect \${endless} as nothing`);
    const limit = ["--execution-timeout", "2s", "--timeout", "1h"];
    const compiling = await run(env, limit, { compilesInProcess: true });
    expect(compiling.exitCode).toBe(6);
    project.remove("includes/endless.js");
    project.remove("endless.sqlx");
    expect((await run(env)).exitCode).toBe(0);
    expect(told(received)).toEqual([
      [["began", "the run ran out of time"]],
      [["ended", "the run ran out of time"]],
    ]);
    expect(JSON.parse(received[0]?.body ?? "{}").run).toMatchObject({ status: "timed_out" });
  });

  it.runIf(process.platform === "linux")(
    "are sent when the disk is too full for the reports",
    async () => {
      const { url: hook, received } = await httpReceiver(200);
      const full = await run({ DATAFORM_NOTIFY_URL: hook.href }, ["--junit", "/dev/full"]);
      expect(full.stderr).toContain("The report /dev/full cannot be written: ENOSPC");
      expect(full.exitCode).toBe(2);
      expect(told(received)).toEqual([[["began", "assertion shop_assertions.no_debts"]]]);
    },
  );

  it("are refused before the run when a receiver means nothing", async () => {
    const { exitCode, stderr } = await run({ DATAFORM_NOTIFY_URL: "hooks.example.org/secret" });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("DATAFORM_NOTIFY_URL holds something that is no http or https URL");
    expect(await ask("select to_regclass('shop.orders')")).toEqual([[null]]);
  });
});
