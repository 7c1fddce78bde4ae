import { randomUUID } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { processesWith } from "../../support/processes.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";

const endless = {
  "a loop": "while (true);",
  "a wait that blocks": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
};
const waiting = {
  "a wait for an answer that never comes":
    "setInterval(() => undefined, 1000); await new Promise(() => undefined);",
};

/**
 * Starts a command, kills it once a process of Node with the label is running, and expects that process
 * to end.
 */
async function killRunner(args: string[], label: string, env: Record<string, string> = {}) {
  const mark = `--\0${label}\0`;
  onTestFinished(() => {
    for (const id of processesWith(mark)) process.kill(id, "SIGKILL");
  });
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const ended = dataform(args, { env, onStart: (started) => (kill = started) });
  await expect.poll(() => processesWith(mark).length).toBeGreaterThan(0);
  kill("SIGKILL");
  expect((await ended).exitCode).toBe(null);
  await expect.poll(() => processesWith(mark)).toEqual([]);
}

// Elsewhere there is no /proc to look for processes in.
describe.runIf(process.platform === "linux")("when the runner is killed", () => {
  it.each(Object.entries(endless))("the compiler goes too, in %s", async (_what, code) => {
    const { folder } = temporaryProject({ "a.js": code });
    await killRunner(["compile", folder], folder);
  });

  it.each(Object.entries({ ...endless, ...waiting }))(
    "the process of JiT code goes too, in %s",
    async (_what, code) => {
      const [server] = servers();
      if (server === undefined) throw new Error("there is no server");
      const { url, drop } = await createDatabase(server);
      onTestFinished(drop);
      const name = `orphan-${randomUUID()}`;
      const { folder } = temporaryProject({
        "a.js": `publish("${name}", { type: "table" }).jitCode(async () => { ${code} });`,
      });
      await killRunner(["run", folder], `shop.${name}`, { DATABASE_URL: url });
    },
  );
});
