import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SqlError, SqlFailure } from "../../../runner/errors.ts";
import { takeBriefly } from "../../../runner/relation/brief-lock.ts";
import { openTestDatabase, openUrl } from "../../support/opened-database.ts";
import { waitMillis } from "../../support/patience.ts";
import { dataform } from "../../support/run-command.ts";
import { errorOf } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { inThisDatabase, until, watchServer } from "../../support/watch-server.ts";

const orders = `create schema shop; create table shop.orders (id int, note text)`;

describe.each(anyServer())("who holds a lock on $name", (server) => {
  async function open() {
    const { database, url } = await openTestDatabase(server);
    await database.query(orders);
    return { database, url };
  }

  /** Does its statements in a transaction that stays open, and gives its process. */
  async function hold(url: string, ...statements: string[]): Promise<number> {
    const client = new Client({ connectionString: url, application_name: "forgotten shell" });
    client.on("error", () => undefined);
    await client.connect();
    onTestFinished(() => client.end());
    await client.query("begin");
    for (const statement of statements) await client.query(statement);
    const { rows } = await client.query("select pg_backend_pid() as id");
    await client.query(statements.at(-1) ?? "");
    return rows[0].id;
  }

  /** The URL with a limit in milliseconds. */
  function limited(url: string, millis: number, limit = "lock_timeout"): string {
    return `${url}&options=${encodeURIComponent(`-c ${limit}=${millis}`)}`;
  }

  /**
   * Asks with a limit of so many milliseconds, and again with longer ones until each of the texts names who is in the
   * way: on a busy machine the runner may have had no time to look.
   */
  async function untilNamed<Answer>(
    ask: (millis: number) => Promise<Answer>,
    textsOf: (answer: Answer) => readonly (string | undefined)[],
  ): Promise<Answer> {
    for (let millis = 250; ; millis *= 3) {
      const answer = await ask(millis);
      const isNamed = textsOf(answer).every((text) => text?.includes(") is in the way"));
      if (isNamed || millis > waitMillis / 10) return answer;
    }
  }

  async function run(url: string, sqlx: string) {
    const { folder: projectDir } = temporaryProject({ "orders.sqlx": sqlx });
    const database = await openUrl(url);
    const notices: string[] = [];
    const result = await runProject({
      ...{ projectDir, database, actionRetryLimit: 1 },
      listener: (event) => void (event.type === "notice" && notices.push(event.message)),
    });
    return { result, notices, error: errorOf(result, "orders") };
  }

  /** How a statement fails that waits for a lock. */
  function failureOf(statement: string, url: string): Promise<SqlError> {
    const ask = async (millis: number) => {
      const database = await openUrl(limited(url, millis));
      return database.query(statement).then(
        () => ({ message: "it did not fail" }),
        (failure: SqlFailure) => failure.error,
      );
    };
    return untilNamed(ask, ({ message }) => [message]);
  }

  function expected(pid: number, lastQuery: string) {
    return {
      message: expect.stringMatching(
        new RegExp(`timeout; process ${pid} \\(postgres, forgotten shell\\) is in the way$`),
      ),
      detail: expect.stringMatching(
        new RegExp(
          `^process ${pid}: user postgres, application forgotten shell, from this machine, ` +
            "transaction open since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC, " +
            `idle in transaction, last query: ${lastQuery}$`,
        ),
      ),
      hint: `run again when it has ended, or end it with: select pg_terminate_backend(${pid})`,
      blockedBy: [pid],
    };
  }

  it("is named when lock_timeout ends the last try of an action", async () => {
    const { url } = await open();
    const pid = await hold(url, "lock table shop.orders in access exclusive mode");
    const operation = 'config { type: "operations" }\ninsert into shop.orders values (1)';
    const { result, notices, error } = await untilNamed(
      (millis) => run(limited(url, millis), operation),
      (answer) => [...answer.notices, answer.error?.message],
    );
    expect(error).toMatchObject({
      sqlstate: "55P03",
      ...expected(pid, "lock table shop.orders in access exclusive mode"),
    });
    expect(result.actions[0]?.retries).toBe(1);
    expect(notices).toEqual([expect.stringMatching(/is in the way; trying again \(1 of 1\)$/)]);
  });

  it("is named when statement_timeout ends the wait, and its literals are not", async () => {
    const { url } = await open();
    const pid = await hold(
      url,
      "lock table shop.orders in share row exclusive mode",
      "\n  update shop.orders\n set note = 'CANARY'",
      "select id from shop.orders where note = 'CANARY' or id = 1",
    );
    const table = 'config { type: "incremental" }\nselect 1 as id, null as note';
    const { error } = await untilNamed(
      // It ends every statement of the run that takes so long.
      (millis) => run(limited(url, 2 * millis, "statement_timeout"), table),
      (answer) => [answer.error?.message],
    );
    expect(error).toMatchObject({
      sqlstate: "57014",
      ...expected(pid, "select id from shop.orders where note = …"),
    });
  });

  it("is named beside --statement-timeout", async () => {
    const { url } = await open();
    const pid = await hold(url, "lock table shop.orders in share row exclusive mode");
    const { folder: cwd } = temporaryProject({
      "orders.sqlx": 'config { type: "operations" }\ndelete from shop.orders',
    });
    const { exitCode, stdout } = await untilNamed(
      (millis) =>
        dataform(["run", "--statement-timeout", `${millis}ms`], {
          ...{ cwd, env: { DATABASE_URL: url } },
        }),
      (answer) => [answer.stdout],
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      new RegExp(
        `longer than --statement-timeout \\([\\d.]+ s\\) and was ended; process ${pid} .*is in the way`,
      ),
    );
    expect(stdout).toContain(`pg_terminate_backend(${pid})`);
  });

  it("is not looked for when a statement is slow by itself", async () => {
    const { url } = await open();
    await hold(url, "lock table shop.orders in access exclusive mode");
    // Only this statement has the limit: on a busy machine it would end others of the run.
    const slow = `config { type: "operations" }
      set local statement_timeout = 400
      ---
      select pg_sleep(60)`;
    const { error } = await run(url, slow);
    expect(error).toMatchObject({ sqlstate: "57014", message: expect.stringMatching(/timeout$/) });
    expect(error?.blockedBy).toBeUndefined();
  });

  it("is the first of a queue, not the one who waits as well", async () => {
    const { url } = await open();
    const pid = await hold(url, "select count(*) from shop.orders");
    const waiting = new Client(url);
    await waiting.connect();
    onTestFinished(() => waiting.end());
    const altering = waiting.query("alter table shop.orders add column more int");
    const ask = await watchServer(url);
    await until(() => ask(`select 1 from pg_locks where not granted and ${inThisDatabase}`));
    expect(await failureOf("select * from shop.orders", url)).toMatchObject(
      expected(pid, "select count\\(\\*\\) from shop.orders"),
    );
    await ask(`select pg_terminate_backend(${pid})`);
    await altering;
  });

  it("is guessed by the relation when a statement did not wait", async () => {
    const { database, url } = await open();
    const pid = await hold(url, "lock table shop.orders in share mode");
    await hold(url, "select 1");
    const reading = database.query("begin; lock table shop.orders in exclusive mode nowait");
    await expect(reading).rejects.toMatchObject({
      error: {
        sqlstate: "55P03",
        message: expect.stringMatching(new RegExp(`process ${pid} .* may be in the way$`)),
        detail: expect.stringContaining("holds ShareLock on shop.orders"),
        hint: `if it is in the way, wait for its end, or end it with: select pg_terminate_backend(${pid})`,
        blockedBy: [pid],
      },
    });
  });

  it("is named for a relation that could not be taken briefly, be it a reader", async () => {
    const { database, url } = await open();
    const pid = await hold(url, "select from shop.orders");
    const names = ['"shop"."orders"'];
    const locking = database.transaction((session) =>
      takeBriefly(session, names, ["lock table shop.orders"], 2),
    );
    await expect(locking).rejects.toMatchObject({
      error: {
        ...expected(pid, "select from shop.orders"),
        message: `"shop"."orders" is in use and could not be changed; process ${pid} (postgres, forgotten shell) is in the way`,
      },
    });
  });

  it("is named by query, plan and test", async () => {
    const { url } = await open();
    const pid = await hold(
      url,
      "select pg_advisory_xact_lock(1)",
      "lock table shop.orders in access exclusive mode",
    );
    const { folder: cwd } = temporaryProject({
      "one.sqlx": 'config { type: "table" }\nselect id from shop.orders',
      "one_test.sqlx": `config { type: "test", dataset: "one" }
        select 1 as id from pg_advisory_xact_lock(1)`,
    });
    const command = (name: string, ...more: string[]) =>
      untilNamed(
        (millis) => dataform([name, ...more], { cwd, env: { DATABASE_URL: limited(url, millis) } }),
        ({ stdout, stderr }) => [stdout + stderr],
      );
    const [query, plan, test] = await Promise.all([
      command("query", "table shop.orders"),
      command("plan"),
      command("test"),
    ]);
    expect(query).toMatchObject({ exitCode: 4, stdout: "" });
    expect(query.stderr).toContain(`process ${pid} (postgres, forgotten shell) is in the way`);
    expect(query.stderr).toContain("idle in transaction");
    expect(plan.stderr).toBe("");
    expect(plan.stdout).toMatch(new RegExp(`process ${pid} .*is in the way`));
    expect(plan.stdout).toContain(`pg_terminate_backend(${pid})`);
    expect(test.exitCode).toBe(1);
    expect(test.stdout).toMatch(new RegExp(`process ${pid} .*is in the way`));
  });

  it("is named as far as a role may know it", async () => {
    const { database, url } = await open();
    await database.query(
      "create role blocked_reader login; grant usage on schema shop to blocked_reader",
    );
    onTestFinished(async () => {
      const admin = await openUrl(url);
      await admin.query("drop owned by blocked_reader; drop role blocked_reader");
    });
    await database.query("grant select on shop.orders to blocked_reader");
    const pid = await hold(url, "lock table shop.orders in access exclusive mode");
    const asReader = url.replace("postgres@", "blocked_reader@");
    expect(await failureOf("table shop.orders", asReader)).toMatchObject({
      detail: `process ${pid}: user postgres, application forgotten shell, last query: <insufficient privilege>`,
    });
  });
});
