import { describe, expect, it } from "vitest";
import { type RunLockOptions, withRunLock } from "../../../runner/database/locks/run-lock.ts";
import { openTestDatabase, openUrl } from "../../support/opened-database.ts";
import { anyServer } from "../../support/test-database.ts";
import { inThisDatabase, until } from "../../support/watch-server.ts";

const run: RunLockOptions = { runId: "run-1" };

describe.each(anyServer())("the run lock on $name", (server) => {
  async function openTwo() {
    const { database, url } = await openTestDatabase(server);
    return { first: database, second: await openUrl(url) };
  }

  it("lets nobody else write to the same schema, and names who does", async () => {
    const { first, second } = await openTwo();
    await withRunLock(
      first,
      ["gold", "silver"],
      async () => {
        const refused = withRunLock(second, ["bronze", "silver"], async () => "never", run);
        await expect(refused).rejects.toMatchObject({
          code: "LOCKED",
          message: expect.stringMatching(
            /schema silver: dataform run-1 \d+@\S+ \(server process \d+, user \w+, from (this machine|127\.0\.0\.1), since \d{4}-/,
          ),
          hint: expect.stringMatching(/pg_terminate_backend\(\d+\)/),
        });
      },
      run,
    );
    expect(await withRunLock(second, ["silver"], async () => "free", run)).toBe("free");
  });

  it("lets runs on other schemas pass, also after one was refused half way", async () => {
    const { first, second } = await openTwo();
    await withRunLock(
      first,
      ["silver"],
      async () => {
        await expect(
          withRunLock(second, ["bronze", "silver"], async () => 1, run),
        ).rejects.toThrow();
        expect(await withRunLock(second, ["bronze"], async () => "passed", run)).toBe("passed");
      },
      run,
    );
  });

  it("is free again after its run has failed", async () => {
    const { first, second } = await openTwo();
    const failing = withRunLock(
      first,
      ["gold"],
      async () => {
        throw new Error("no");
      },
      run,
    );
    await expect(failing).rejects.toThrow("no");
    expect(await withRunLock(second, ["gold"], async () => "free", run)).toBe("free");
  });

  it("lets one of many runs through at a time", async () => {
    const { first, second } = await openTwo();
    let inside = 0;
    let most = 0;
    let done = 0;
    const attempts = Array.from({ length: 20 }, (_, index) =>
      withRunLock(
        index % 2 === 0 ? first : second,
        ["gold"],
        async () => {
          most = Math.max(most, ++inside);
          await first.query("select pg_sleep(0.002)");
          inside--;
          done++;
        },
        run,
      ).catch((error) => expect(error).toMatchObject({ code: "LOCKED" })),
    );
    await Promise.all(attempts);
    expect(most).toBe(1);
    expect(done).toBeGreaterThan(0);
  });

  it("lets a run wait for another one, and tells it once for whom", async () => {
    const { first, second } = await openTwo();
    const told: string[] = [];
    const order: string[] = [];
    let tellWaiting = () => {};
    const waiting = new Promise<void>((resolve) => {
      tellWaiting = resolve;
    });
    const onWait = (message: string) => {
      told.push(message);
      tellWaiting();
    };
    const holding = withRunLock(
      first,
      ["gold", "silver"],
      async () => {
        await waiting;
        await second.query("select pg_sleep(0.3)");
        order.push("first");
      },
      run,
    );
    await untilLocked(second);
    const next = { runId: "run-2", waitMillis: Number.POSITIVE_INFINITY, onWait };
    await withRunLock(second, ["bronze", "silver"], async () => void order.push("second"), next);
    await holding;
    expect(order).toEqual(["first", "second"]);
    expect(told).toEqual([
      expect.stringMatching(/^waiting for another run .* schema silver: dataform run-1 \d+@/),
    ]);
  });

  it("holds nothing that a third run needs while it waits", async () => {
    const { first, second } = await openTwo();
    await withRunLock(
      first,
      ["silver"],
      async () => {
        const giveUp = new AbortController();
        const third = new Promise((resolve, reject) => {
          const onWait = () =>
            void withRunLock(first, ["bronze"], async () => "passed", run).then(resolve, reject);
          const options = { ...run, waitMillis: 60_000, onWait, signal: giveUp.signal };
          const waiting = withRunLock(second, ["bronze", "silver"], async () => 1, options);
          waiting.catch(() => undefined);
        });
        expect(await third).toBe("passed");
        giveUp.abort();
      },
      run,
    );
  });

  it("gives the wait up when its time is over or when it is cancelled", async () => {
    const { first, second } = await openTwo();
    await withRunLock(
      first,
      ["gold"],
      async () => {
        const short = withRunLock(second, ["gold"], async () => 1, { ...run, waitMillis: 100 });
        await expect(short).rejects.toMatchObject({
          code: "LOCKED",
          message: expect.stringMatching(
            /is still, after 0\.1 s, writing to schema gold: dataform/,
          ),
        });
        const cancel = new AbortController();
        const options = { ...run, waitMillis: 60_000, signal: cancel.signal };
        const long = withRunLock(second, ["gold"], async () => 1, {
          ...options,
          onWait: () => cancel.abort(),
        });
        await expect(long).rejects.toMatchObject({ code: "CANCELLED" });
      },
      run,
    );
  });

  it("tells the run when the server has taken it away", async () => {
    const { first, second } = await openTwo();
    const losing = withRunLock(
      first,
      ["gold"],
      async ({ lost }) => {
        const told = new Promise((resolve) => lost.addEventListener("abort", resolve));
        const holders =
          "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'";
        await second.query(`${holders} and ${inThisDatabase}`);
        await told;
        return "told";
      },
      run,
    );
    expect(await losing).toBe("told");
  });

  it("ends what a killed run has left working before the next one starts", async () => {
    const { first, second } = await openTwo();
    await first.query("create table t (id int)");
    const { entered, orphan } = await leaveOrphan(first);
    await entered;
    const rows = await withRunLock(
      second,
      ["gold"],
      async () => {
        await second.transaction((session) => session.query("lock table t nowait"));
        return (await second.query("select count(*) from t")).rows;
      },
      run,
    );
    expect(rows).toEqual([["0"]]);
    await expect(orphan).rejects.toMatchObject({ error: { sqlstate: "57P01" } });
  });

  async function untilLocked(database: Awaited<ReturnType<typeof openTwo>>["first"]) {
    const locks = `select count(*) from pg_locks where locktype = 'advisory' and ${inThisDatabase}`;
    const atLeast = "and pid <> pg_backend_pid() having count(*) >= 2";
    await until(async () => (await database.query(`${locks} ${atLeast}`)).rows);
  }

  async function leaveOrphan(database: Awaited<ReturnType<typeof openTwo>>["first"]) {
    let orphan: Promise<unknown> = Promise.resolve();
    let enter = () => {};
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    await withRunLock(
      database,
      ["gold"],
      async (lock) => {
        orphan = database.session(async (worker) => {
          await lock.enter(worker);
          const writing = worker.query("insert into t select 1 from pg_sleep(60)");
          enter();
          await writing;
        });
        orphan.catch(() => undefined);
        await entered;
      },
      run,
    );
    return { entered, orphan };
  }
});
