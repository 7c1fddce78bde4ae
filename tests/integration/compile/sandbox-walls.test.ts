import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { sandboxWalls } from "../../../runner/compile/processes/sandbox-walls.ts";
import { spawnBound } from "../../../runner/compile/processes/spawn-bound.ts";

/** Whether this system supports the full sandbox; docs/security.md says what remains elsewhere. */
function hasWalls(): boolean {
  const [best = ""] = sandboxWalls();
  const [program = "", ...args] = best.split(" ");
  return program !== "" && spawnSync(program, [...args, "/bin/true"]).status === 0;
}

/** Code that has all of Node, as if it had broken out of its realm. */
async function runFree(code: string): Promise<unknown> {
  const args = ["--no-warnings", "--input-type=module", "-e", code];
  const child = spawnBound(args, { stdio: ["pipe", "pipe", "pipe", "pipe"] });
  const output = child.stdout === null ? "" : await text(child.stdout);
  return JSON.parse(output);
}

it.runIf(hasWalls())(
  "code with all of Node reaches no process, file of the runner or port",
  async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const found = await runFree(`
    import { readdirSync, readFileSync } from "node:fs";
    import { connect } from "node:net";
    const attempt = (work) => { try { work(); return "done"; } catch (error) { return error.code; } };
    const found = {
      signal: attempt(() => process.kill(${process.pid}, 0)),
      environment: attempt(() => readFileSync("/proc/${process.pid}/environ")),
      processes: readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)).length,
      variables: Object.keys(process.env).length,
    };
    const say = (port) => { console.log(JSON.stringify({ ...found, port })); process.exit(); };
    connect(${port}, "127.0.0.1").on("error", ({ code }) => say(code)).on("connect", () => say("done"));
  `);
    expect(found).toEqual({
      ...{ signal: "ESRCH", environment: "ENOENT", processes: 1, variables: 0 },
      port: expect.stringMatching(/^E(NETUNREACH|CONNREFUSED|ADDRNOTAVAIL)$/),
    });
  },
);

it.runIf(process.platform !== "win32")(
  "a signal to its whole group reaches the runner not",
  async () => {
    let received = 0;
    const count = () => received++;
    process.on("SIGUSR2", count);
    onTestFinished(() => void process.off("SIGUSR2", count));
    const code =
      'process.on("SIGUSR2", () => {}); process.kill(0, "SIGUSR2"); console.log(1); process.exit();';
    await runFree(code).catch(() => undefined);
    expect(received).toBe(0);
  },
);

it.runIf(process.platform !== "win32")(
  "the runner does not open its debugger for SIGUSR1",
  async () => {
    await runFree("console.log(1)");
    expect(process.listenerCount("SIGUSR1")).toBeGreaterThan(0);
  },
);
