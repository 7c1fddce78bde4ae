import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { withFolderLock } from "../../../runner/database/embedded/folder-lock.ts";
import { isRunning, startOf } from "../../../runner/database/embedded/process-identity.ts";

let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dataform-lock-"));
  lock = join(folder, "lock");
  return () => rmSync(folder, { recursive: true });
});

describe("the lock of a folder", () => {
  it("lets one in at a time and leaves nothing behind", async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withFolderLock(lock, async () => {
        most = Math.max(most, ++inside);
        await delay(2);
        inside--;
      });
    await Promise.all(Array.from({ length: 10 }, enter));
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is given back when its user fails", async () => {
    const failing = withFolderLock(lock, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(existsSync(lock)).toBe(false);
  });

  it.each([
    ["has ended", async () => `${await endedProcess()} 12345`],
    ["has ended, and whose number is another's now", async () => `${process.pid} 12345`],
    ["cannot be read", async () => "nonsense"],
  ])("is taken over by one of many when its holder %s", async (_, holder) => {
    writeFileSync(lock, await holder());
    const order: string[] = [];
    const enter = (name: string) =>
      withFolderLock(lock, async () => {
        order.push(`${name} in`);
        await delay(2);
        order.push(`${name} out`);
      });
    await Promise.all(["a", "b", "c"].map(enter));
    const pairs = [0, 2, 4].map((at) => order.slice(at, at + 2).join(", "));
    expect(pairs.sort()).toEqual(["a in, a out", "b in, b out", "c in, c out"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is waited for while its holder lives, until the wait is cancelled", async () => {
    writeFileSync(lock, `${process.ppid} ${startOf(process.ppid)}`);
    const cancel = new AbortController();
    const waiting = withFolderLock(lock, async () => "in", cancel.signal);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
    expect(existsSync(lock)).toBe(true);
  });
});

describe("a process", () => {
  it("runs until it has ended, also when nobody has taken notice yet", async () => {
    expect(isRunning(process.pid)).toBe(true);
    expect(isRunning(1)).toBe(true);
    expect(isRunning(await endedProcess())).toBe(false);
  });

  it.runIf(process.platform === "linux")("does not run as a zombie", async () => {
    // A parent that waits without an event loop takes no notice of a child that has ended.
    const parent = spawn(process.execPath, [
      "--eval",
      `console.log(require("child_process").spawn("true").pid);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
    ]);
    const [line] = await once(parent.stdout, "data");
    const zombie = Number(String(line));
    while (isRunning(zombie)) await delay(1);
    expect(existsSync(`/proc/${zombie}`)).toBe(true);
    parent.kill();
    await once(parent, "exit");
  });
});

async function endedProcess(): Promise<number> {
  const child = spawn("true");
  await once(child, "exit");
  return child.pid ?? 0;
}
