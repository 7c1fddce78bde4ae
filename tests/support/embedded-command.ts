import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** Another process that uses a project's embedded server. */
export interface EmbeddedCommand {
  process: ChildProcess;
  /** The next line that it writes; the first is `open`, or its error as JSON. */
  nextLine(): Promise<string>;
  /** Rows of a query that it runs. */
  query(sql: string): Promise<unknown>;
  /** Lets it close its database and end. */
  finish(): Promise<void>;
  /** Ends it without a chance to clean up. */
  kill(): Promise<void>;
}

const program = "tests/support/use-embedded.ts";

/** Starts a command on a project folder; `uid` runs it as somebody else. It dies with the test. */
export function startCommand(projectDir: string, uid?: number): EmbeddedCommand {
  const child = spawn(process.execPath, ["bin/source.js", program, projectDir], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
    cwd: join(import.meta.dirname, "../.."),
    ...(uid === undefined
      ? {}
      : { uid, gid: uid, env: { PATH: process.env.PATH, TMPDIR: "/tmp" } }),
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => String((await lines.next()).value);
  const exit = once(child, "exit");
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    process: child,
    nextLine,
    async query(sql) {
      child.stdin.write(`${sql}\n`);
      return JSON.parse(await nextLine());
    },
    async finish() {
      child.stdin.end();
      await exit;
    },
    async kill() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}
