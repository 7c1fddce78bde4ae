import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { withRunLock } from "../../../runner/database/locks/run-lock.ts";
import { openUrl } from "../../support/opened-database.ts";
import { waitMillis } from "../../support/patience.ts";
import { startProxy } from "../../support/tcp-proxy.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

it.each(anyServer())(
  "a proxy that cuts idle connections does not end a run on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const parsed = new URL(url.replace("@/", "@localhost/"));
    const socket = `${parsed.searchParams.get("host")}/.s.PGSQL.${parsed.searchParams.get("port") ?? 5432}`;
    const cutIdle = (client: Socket) => {
      client.setTimeout(2_000, () => client.destroy());
      return false;
    };
    const port = await startProxy(socket, { intercept: cutIdle });
    const { username, pathname } = parsed;
    const database = await openUrl(
      `postgres://${username}@127.0.0.1:${port}${pathname}?sslmode=disable`,
    );
    const hold = (schema: string, heartbeatMillis: number) =>
      withRunLock(
        database,
        [schema],
        async ({ lost }) => {
          await delay(3_500, undefined, { signal: lost }).catch(() => undefined);
          return lost.aborted;
        },
        { runId: "run", heartbeatMillis },
      );
    const isLost = await Promise.all([hold("beating", 200), hold("silent", 60_000)]);
    expect(isLost).toEqual([false, true]);
  },
);

it.each(anyServer())(
  "the number of a server process that has ended is no longer the runner's on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const database = await openUrl(url);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const ended = await database.session(async (session) => {
      const { rows } = await session.query("select pg_backend_pid()");
      const own = Number(rows[0]?.[0]);
      expect(database.processIds()).toContain(own);
      await session.query("select pg_terminate_backend(pg_backend_pid())").catch(() => undefined);
      return own;
    });
    // It may still be among the processes of the server.
    expect(database.processIds()).toContain(ended);
    const soon = () => {
      vi.advanceTimersByTime(1_000);
      return database.processIds();
    };
    await expect.poll(soon, { timeout: waitMillis }).not.toContain(ended);
    vi.useRealTimers();
    await database.query("select 1");
    expect(database.processIds()).toHaveLength(1);
  },
);
