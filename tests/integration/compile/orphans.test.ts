import { randomUUID } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { processesWith } from "../../support/processes.ts";
import {
  dataform,
  type Finished,
  type RunCommandOptions,
  repository,
  runCommand,
} from "../../support/run-command.ts";
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
async function killStarter(
  label: string,
  start: (options: Pick<RunCommandOptions, "onStart">) => Promise<Finished>,
) {
  const mark = `--\0${label}\0`;
  onTestFinished(() => {
    for (const id of processesWith(mark)) process.kill(id, "SIGKILL");
  });
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const ended = start({ onStart: (started) => (kill = started) });
  await expect.poll(() => processesWith(mark).length).toBeGreaterThan(0);
  kill("SIGKILL");
  expect((await ended).exitCode).toBe(null);
  await expect.poll(() => processesWith(mark)).toEqual([]);
}

/** The same with `dataform …`. */
function killRunner(args: string[], label: string, env: Record<string, string> = {}) {
  return killStarter(label, (options) => dataform(args, { env, ...options }));
}

/** Binds a program that starts another one, of that name in the list of processes, and is then killed. */
const bindAndWait = `
  import { spawnBound } from "${repository}/runner/compile/processes/spawn-bound.ts";
  const other = ["-e", "setInterval(() => 0, 9e4)", "--", process.argv[1]];
  const text = "require('node:child_process').spawn(process.execPath, " + JSON.stringify(other) + ")";
  spawnBound(["-e", text], { stdio: ["ignore", "ignore", "ignore", "ignore"] });`;

// Elsewhere there is no /proc to look for processes in.
describe.runIf(process.platform === "linux")("when the runner is killed", () => {
  it.each(Object.entries(endless))("the compiler goes too, in %s", async (_what, code) => {
    const { folder } = temporaryProject({ "a.js": code });
    await killRunner(["compile", folder], folder);
  });

  // Root alone can take from itself the right to make namespaces, in which a process would end with the first one.
  it.runIf(process.getuid?.() === 0)("what a process has started goes with it", async () => {
    const name = `orphan-${randomUUID()}`;
    const program = [process.execPath, "--import", "tsx", "--input-type=module", "-e", bindAndWait];
    const args = ["--bounding-set=-sys_admin", "--inh-caps=-sys_admin", ...program, name];
    await killStarter(name, (options) => runCommand("setpriv", args, options));
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
