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

/** Code that gives its process a name, kills the runner and goes on for ever. */
function deadly(then: string) {
  const name = `orphan-${randomUUID()}`;
  onTestFinished(() => {
    for (const id of processesWith(name)) process.kill(id, "SIGKILL");
  });
  return {
    name,
    code: `process.title = "${name}"; process.kill(process.ppid, "SIGKILL"); ${then}`,
  };
}

async function expectGone(name: string) {
  await expect.poll(() => processesWith(name)).toEqual([]);
}

// Elsewhere there is no /proc to look for processes in.
describe.runIf(process.platform === "linux")("when the runner is killed", () => {
  it.each(Object.entries(endless))("the compiler goes too, in %s", async (_what, then) => {
    const { name, code } = deadly(then);
    const { folder } = temporaryProject({ "a.js": code });
    expect((await dataform(["compile", folder])).exitCode).toBe(null);
    await expectGone(name);
    expect(processesWith(folder)).toEqual([]);
  });

  it.each(Object.entries({ ...endless, ...waiting }))(
    "the process of JiT code goes too, in %s",
    async (_what, then) => {
      const [server] = servers();
      if (server === undefined) throw new Error("there is no server");
      const { url, drop } = await createDatabase(server);
      onTestFinished(drop);
      const { name, code } = deadly(then);
      const { folder } = temporaryProject({
        "a.js": `publish("a", { type: "table" }).jitCode(async () => { ${code} });`,
      });
      const env = { DATABASE_URL: url };
      expect((await dataform(["run", folder], { env })).exitCode).toBe(null);
      await expectGone(name);
    },
  );
});
