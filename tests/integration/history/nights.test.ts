import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { aDayLater, openShop, shopFiles } from "../../support/nights.ts";
import { httpReceiver, mailReceiver } from "../../support/receivers.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { until } from "../../support/watch-server.ts";

it.each(anyServer())("a week of nights tells its story on $name", async (server) => {
  const { url, drop } = await createDatabase(server);
  onTestFinished(drop);
  const shop = await openShop(url);
  const { folder } = temporaryProject(shopFiles);
  // In the third night it is down, and then gone: the message comes twice in vain.
  const chat = await httpReceiver(200, 503, 404, 200);
  const mail = await mailReceiver();
  const env = {
    DATABASE_URL: url,
    DATAFORM_NOTIFY_URL: chat.url.href,
    DATAFORM_NOTIFY_EMAIL: "ops@example.org",
    DATAFORM_NOTIFY_SMTP_URL: mail.urlOf("pass%20word"),
  };
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const onStart = (send: typeof kill) => {
    kill = send;
  };
  const night = async (mayBeKilled: Parameters<typeof dataform>[1] = {}) => {
    const { exitCode, stderr } = await dataform(["run"], { cwd: folder, env, ...mayBeKilled });
    await shop.ask(aDayLater);
    // The machine of a workflow is new each night.
    rmSync(join(folder, "target"), { recursive: true, force: true });
    return { exitCode, stderr };
  };

  await shop.bring(1, 10, 20);
  expect((await night()).exitCode).toBe(0);
  await shop.bring(2, 30, 950);
  expect((await night()).exitCode).toBe(0);
  await shop.bring(3, 40, null);
  const third = await night();
  expect(third.exitCode).toBe(1);
  expect(third.stderr).toContain(`the notification for ${chat.url.origin} was not delivered`);
  expect(third.stderr).not.toContain(chat.url.pathname);
  await shop.correct(3, 5);
  await shop.bring(4, 50);
  await shop.hold();
  const fourth = night({ onStart });
  await until(shop.held);
  // What the killed run did is written down as it went on.
  await until(() =>
    shop.ask(`select from run_history.run_overview where status = 'running' and successful = 3`),
  );
  kill("SIGKILL");
  expect((await fourth).exitCode).toBeNull();
  await shop.letGo();
  // Nothing came in the fifth night.
  expect((await night()).exitCode).toBe(1);
  await shop.bring(5, 60, 70);
  await shop.bring(6, 80);
  expect((await night()).exitCode).toBe(0);
  await shop.bring(7, 90);
  expect(await night()).toEqual({ exitCode: 0, stderr: "" });

  expect(await shop.daily()).toEqual(shop.expected());
  expect(
    await shop.ask(`select status, date_part('day', now() - started_at)::integer,
        successful, failed, skipped, warnings
      from run_history.run_overview order by started_at`),
  ).toEqual([
    ["successful", 7, "7", "0", "0", "0"],
    ["successful", 6, "7", "0", "0", "1"],
    ["failed", 5, "1", "2", "4", "0"],
    ["interrupted", 4, "3", "0", "0", "0"],
    ["failed", 3, "0", "1", "6", "0"],
    ["successful", 2, "7", "0", "0", "1"],
    ["successful", 1, "7", "0", "0", "1"],
  ]);
  expect(
    await shop.ask(`select action_name, verdict, date_part('day', now() - first_failed_at)::integer
      from run_history.failing_now`),
  ).toEqual([["large", "warning", 6]]);
  const asked = async (...words: string[]) =>
    (await dataform(["history", ...words], { cwd: folder, env })).stdout;
  expect((await asked()).match(/successful|failed |interrupted/g)?.slice(1)).toEqual([
    "successful",
    "successful",
    "failed ",
    "interrupted",
    "failed ",
    "successful",
    "successful",
  ]);
  const [[failed] = []] = await shop.ask(
    "select run_id from run_history.runs where status = 'failed' order by started_at",
  );
  expect(await asked(String(failed))).toMatch(
    /Failed:\n {2}shop\.staged: not published.*\n {2}shop\.staged: rowConditions \(amount IS NOT NULL\): 1 failing row, since/,
  );

  const large = ["began", "assertion shop_assertions.large"];
  const bad = "assertion shop.staged: rowConditions (amount IS NOT NULL)";
  const stale = "assertion raw.sales: freshness (loaded_at, error after 20 hours)";
  const told = chat.received.map(({ body }) =>
    JSON.parse(body).notices.map((each: Notice) => [each.event, each.title]),
  );
  // What the chat missed is over before it can be told.
  const missed = [["began", bad]];
  expect(told).toEqual([...[[large], missed, missed], ...[[["began", stale]], [["ended", stale]]]]);
  expect(mail.mails.map((text) => /^Subject: \S+ (.*)$/m.exec(text)?.[1])).toEqual([
    "1 warned for the first time",
    "1 failed",
    "1 failed",
    "2 recovered",
  ]);
});

interface Notice {
  event: string;
  title: string;
}
