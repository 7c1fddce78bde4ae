import { spawn } from "node:child_process";

const patienceMillis = 30_000;

/** Runs a command in a shell with a text on its standard input. Rejects unless it exits with 0. */
export function sendToCommand(command: string, input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      stdio: ["pipe", "ignore", "inherit"],
      timeout: patienceMillis,
      killSignal: "SIGKILL",
    });
    child.on("error", reject);
    // The exit code decides, even when the command has not read all of its input.
    child.stdin.on("error", () => undefined).end(input);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(signal ? `it was ended by ${signal}` : `it exited with ${code}`));
    });
  });
}
