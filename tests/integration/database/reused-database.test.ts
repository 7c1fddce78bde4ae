import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { withRunLock } from "../../../runner/database/locks/run-lock.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { serversByVersion } from "../../support/test-database.ts";

it("runs one after the other on one database leave no listener behind", async () => {
  const [server] = serversByVersion();
  if (!server) throw new Error("no server");
  const { database } = await openTestDatabase(server);
  const stop = new AbortController();
  const warnings: string[] = [];
  const warn = (warning: Error) => warnings.push(warning.name);
  process.on("warning", warn);
  const counts = new Set<number>();
  for (let run = 0; run < 15; run++) {
    const options = { runId: `run ${run}`, signal: stop.signal };
    await withRunLock(database, ["shop"], async () => undefined, options);
    await database.session(async ({ lost }) => {
      counts.add(getEventListeners(lost, "abort").length);
    }, stop.signal);
    counts.add(getEventListeners(stop.signal, "abort").length);
  }
  process.off("warning", warn);
  expect(warnings).toEqual([]);
  expect(Math.max(...counts)).toBeLessThan(3);
});
