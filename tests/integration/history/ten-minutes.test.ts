import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { openShop, shopFiles } from "../../support/nights.ts";
import { httpReceiver } from "../../support/receivers.ts";
import { repository } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { until } from "../../support/watch-server.ts";

const minuteOf = (time: string) => new Date(time).getUTCMinutes();
const at = (minute: number, second = 0) =>
  new Date(Date.UTC(2026, 0, 1, 3, minute, second)).toISOString();

// The run of the fifth minute is the sixth to begin.
const killedAt = 11;

/** A schedule with a run each minute, whose clock this test tells. */
function startSchedule(folder: string, env: Record<string, string>, from: string) {
  const source = JSON.stringify(`${repository}/bin/run-source.js`);
  const script = `import(${source}).then((it) => it.importSource("tests/support/told-schedule.ts", ${JSON.stringify(repository)}))`;
  const child = spawn(process.execPath, ["-e", script, folder, from], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    ended,
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    lines: createInterface(child.stdout),
    setClock: (time: string) => void child.stdin.write(`${time}\n`),
  };
}

it.each(anyServer())("ten minutes of a schedule, killed in between, on $name", async (server) => {
  const { url, drop } = await createDatabase(server);
  onTestFinished(drop);
  const shop = await openShop(url);
  const { folder } = temporaryProject(shopFiles);
  // The message of the ninth minute is refused, and comes again in the tenth.
  const chat = await httpReceiver(200, 200, 200, 404, 200);
  const env = { DATABASE_URL: url, DATAFORM_NOTIFY_URL: chat.url.href };
  const story: string[] = [];

  /** What happens before the run of a minute. */
  const world: Record<number, () => unknown> = {
    1: () => shop.bring(1, 10, 20),
    2: () => shop.bring(2, 30),
    3: () => shop.bring(3, null),
    4: async () => [await shop.correct(3, 40), await shop.bring(4, 50)],
    5: async () => [await shop.bring(5, 60), await shop.hold()],
    6: () => shop.bring(6, 70),
    8: () => shop.ask("update raw.sales set loaded_at = loaded_at - interval '2 days'"),
    9: () => shop.bring(9, 80, 90),
    10: () => shop.bring(10, 100),
  };
  const isKilledNow = (reason?: string) => reason !== undefined && story.length === killedAt;

  /** Lets the clock run until a schedule has no more to do, or begins the run that is to be killed. */
  const live = async ({ lines, setClock }: ReturnType<typeof startSchedule>) => {
    for await (const text of lines) {
      const { event, due, until: time, reason, status } = JSON.parse(text);
      if (event === "asleep") setClock(time);
      story.push(...[reason ?? status ?? []].flat());
      const minute = event === "waiting" ? minuteOf(due) : 0;
      if (minute > 10 || isKilledNow(reason)) return;
      await world[minute]?.();
    }
  };

  const first = startSchedule(folder, env, at(0, 30));
  await live(first);
  expect(story).toHaveLength(killedAt);
  await until(shop.held);
  first.kill("SIGKILL");
  await first.ended;
  await shop.letGo();
  const second = startSchedule(folder, env, at(7, 30));
  await live(second);
  second.kill("SIGTERM");
  expect(await second.ended).toBe(0);

  const [well, bad] = [
    ["due", "successful"],
    ["due", "failed", "retry", "failed"],
  ];
  expect(story).toEqual(
    [
      ...[well, well, bad, well, "due"],
      // The killed run is continued, and one run catches up with the sixth and the seventh minute.
      ...["interrupted", "successful", well, bad, well, well],
    ].flat(),
  );
  expect(await shop.daily()).toEqual(shop.expected());
  expect(await shop.ask("select status from run_history.runs order by started_at")).toEqual(
    [
      ...["successful", "successful", "failed", "failed", "successful", "interrupted"],
      ...["successful", "successful", "failed", "failed", "successful", "successful"],
    ].map((status) => [status]),
  );
  // A run and the one that continues it are one piece of work; no two were ever at work at once.
  expect(
    await shop.ask(`select count(*)::integer from run_history.runs as a join run_history.runs as b
      on b.started_at > a.started_at and b.started_at < a.ended_at`),
  ).toEqual([[0]]);
  const amount = "assertion shop.staged: rowConditions (amount IS NOT NULL)";
  const stale = "assertion raw.sales: freshness (loaded_at, error after 20 hours)";
  const told = chat.received.flatMap(({ body }) =>
    JSON.parse(body).notices.map((each: { event: string; title: string }) => [
      each.event,
      each.title,
    ]),
  );
  expect(told).toEqual([
    ...[
      ["began", amount],
      ["ended", amount],
      ["began", stale],
    ],
    ...[
      ["ended", stale],
      ["ended", stale],
    ],
  ]);
});
