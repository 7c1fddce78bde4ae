import type { Socket } from "node:net";
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
    const clients: Socket[] = [];
    const intercept = (client: Socket) => {
      clients.push(client);
      return false;
    };
    const port = await startProxy(socket, { intercept });
    const sent = () => clients.map((client) => client.bytesRead);
    const { username, pathname } = parsed;
    const database = await openUrl(
      `postgres://${username}@127.0.0.1:${port}${pathname}?sslmode=disable`,
    );
    const hold = <T>(schema: string, heartbeatMillis: number, use: (lost: AbortSignal) => T) =>
      withRunLock(database, [schema], async ({ lost }) => await use(lost), {
        ...{ runId: "run", heartbeatMillis },
      });
    const isLost = await hold("beating", 20, (beating) =>
      hold("silent", 60_000, async (silent) => {
        // The proxy cuts what has sent nothing between two looks.
        const before = sent();
        await expect.poll(sent).not.toEqual(before);
        for (const [index, bytes] of sent().entries()) {
          if (bytes === before[index]) clients[index]?.destroy();
        }
        await expect.poll(() => silent.aborted).toBe(true);
        const afterCut = sent();
        await expect.poll(sent).not.toEqual(afterCut);
        return [beating.aborted, silent.aborted];
      }),
    );
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
