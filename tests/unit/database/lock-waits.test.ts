import { expect, it, onTestFinished, vi } from "vitest";
import type { Database, Session } from "../../../runner/database/database.ts";
import { countingWaits } from "../../../runner/database/locks/counted-waits.ts";
import { createLockWatch } from "../../../runner/database/locks/lock-watch.ts";

it("counts the looks at which a statement waits for somebody, and no others", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const watch = createLockWatch(async () => new Map([[1, [{ processId: 9, user: "other" }]]]));
  const [waiting, working] = [watch.begin(1), watch.begin(2)];
  await vi.advanceTimersByTimeAsync(350);
  waiting.end();
  working.end();
  expect(waiting.waitedMillis).toBe(300);
  expect(working.waitedMillis).toBe(0);
});

it("sums up what the sessions and transactions of an action have waited", async () => {
  const session = { waits: { millis: 0 } } as Session;
  const database = {
    session: (use: (session: Session) => unknown) => use(session),
    transaction: (use: (session: Session) => unknown) => use({ waits: { millis: 30 } } as Session),
  } as unknown as Database;
  const { counted, millis } = countingWaits(database);
  await counted.session(async ({ waits }) => {
    waits.millis += 100;
  });
  await counted.transaction(async () => undefined);
  expect(millis()).toBe(130);
});
