import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Message } from "../../../runner/notify/message.ts";
import { notify } from "../../../runner/notify/notify.ts";
import type { Problem } from "../../../runner/notify/problems.ts";
import type { NotifySettings } from "../../../runner/notify/receivers.ts";
import { Refused } from "../../../runner/notify/refused.ts";

const problem = (key: string): Problem => ({
  ...{ key, kind: "failure", title: key, finding: "1 failing row" },
  ...{ sample: [], look: "dataform show" },
});

/** Two receivers of the runs of a project; `chat` can be down. */
function receivers() {
  const projectDir = mkdtempSync(join(tmpdir(), "dfpg-notify-"));
  onTestFinished(() => rmSync(projectDir, { recursive: true }));
  const heard: Record<string, Message["notices"][]> = { chat: [], mail: [] };
  let isDown = false;
  const receiver = (id: string) => ({
    ...{ id, name: id },
    send: async ({ notices }: Message) => {
      if (id === "chat" && isDown) throw new Refused("it answered with HTTP 404", false);
      heard[id]?.push(notices);
    },
  });
  const settings: NotifySettings = {
    ...{ receivers: [receiver("chat"), receiver("mail")], samples: "none" },
  };
  const facts = { status: "failed", startedAt: new Date(), endedAt: new Date() };
  return {
    /** Takes what fails, what else was checked, and whether the chat is down; returns who failed and heard what. */
    run: async (failing: string[], checked: string[] = [], down = false) => {
      isDown = down;
      Object.assign(heard, { chat: [], mail: [] });
      const findings = {
        problems: failing.map(problem),
        checked: new Set([...failing, ...checked]),
      };
      const lines = await notify(findings, facts, { projectDir }, settings);
      const told = (id: string) => heard[id]?.flat().map(({ event, key }) => `${event} ${key}`);
      return { lines: lines.length, chat: told("chat"), mail: told("mail") };
    },
    heard,
  };
}

it("tells a receiver that was down what it missed, and nobody anything twice", async () => {
  const { run, heard } = receivers();
  expect(await run(["a"], [], true)).toEqual({ lines: 1, chat: [], mail: ["began a"] });
  const [[{ since } = { since: "" }] = []] = heard.mail ?? [];
  expect(await run(["a"])).toEqual({ lines: 0, chat: ["began a"], mail: [] });
  expect(heard.chat?.[0]?.[0]?.since).toBe(since);
  expect(await run(["a"])).toEqual({ lines: 0, chat: [], mail: [] });
  expect(await run([], ["a"], true)).toEqual({ lines: 1, chat: [], mail: ["ended a"] });
  expect(await run([], ["a"])).toEqual({ lines: 0, chat: ["ended a"], mail: [] });
  expect(await run([], ["a"])).toEqual({ lines: 0, chat: [], mail: [] });
});

it("tells it nothing of what came and went, and keeps what a run did not check", async () => {
  const { run } = receivers();
  await run(["a", "b"], [], true);
  // Neither was checked: both are news to the chat still.
  expect(await run(["c"])).toEqual({ lines: 0, chat: ["began c"], mail: ["began c"] });
  expect(await run(["b"], ["a", "c"])).toEqual({
    ...{ lines: 0, chat: ["ended c", "began b"] },
    mail: ["ended a", "ended c"],
  });
});
