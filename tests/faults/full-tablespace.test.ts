import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oneByFile } from "../support/one-by-file.ts";
import { type OwnServer, sharedTemporaryFolder, startOwnServer } from "../support/own-server.ts";
import { testBinaries } from "../support/test-binaries.ts";
import { type FaultBench, openBench, within } from "./fault-bench.ts";
import { situations } from "./fault-points.ts";
import { endure } from "./strike.ts";

const sizeMegabytes = 48;

/** Kilobytes that are left when the run begins: it gets further with each. */
const room = process.env.FAULT_KILLS
  ? [0, 32, 64, 96, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1536, 2048]
  : [0, 128, 384];
const cases = situations.flatMap((situation) =>
  room.map((kilobytes) => ({ situation, kilobytes })),
);

// The first connection to a new database writes a file of its own, which is not what this test is
// about.
const settings = { set: "select 1", reset: "select 1" };

// To make a small disk takes root, and a machine that lets it; full-disk.test.ts takes neither.
describe.runIf(canMount()).each(oneByFile(testBinaries()))(
  "a full disk of PostgreSQL $major",
  (binaries) => {
    let own: OwnServer;
    let bench: FaultBench;
    let disk: string;

    beforeAll(async () => {
      disk = sharedTemporaryFolder();
      mount(disk);
      own = await startOwnServer({ binaries, settings: "fsync = off\nautovacuum = off\n" });
      const server = { name: "own", url: `postgres://postgres@/postgres?host=${own.socketFolder}` };
      const place = join(disk, `${binaries.major}`);
      mkdirSync(place, { mode: 0o700 });
      const { uid, gid } = statSync(own.dataFolder);
      chownSync(place, uid, gid);
      await within(server.url, (client) =>
        client.query(`create tablespace small location '${place}'`),
      );
      bench = await openBench(server);
      // Copies of a database lie where it lies.
      for (const { template } of Object.values(bench.courses)) {
        const [, name] = /\/(\w+)\?/.exec(template) ?? [];
        const move = `alter database ${name} set tablespace small`;
        await within(server.url, (client) => client.query(move));
      }
    });
    afterAll(async () => {
      await bench?.remove();
      await own?.remove();
      unmount(disk);
    });

    it.each(cases)(
      "with $kilobytes kB left lets a $situation run end right, now or in the next one",
      async ({ situation, kilobytes }) => {
        const trouble = { begin: () => fill(disk, kilobytes), end: () => empty(disk) };
        await endure(bench, { situation, settings, trouble, exitCodes: [0, 1, 4] });
      },
    );

    it("is named with what to do", async () => {
      const trouble = { begin: () => fill(disk, 0), end: () => empty(disk) };
      const hardship = { situation: "next" as const, settings, trouble, exitCodes: [1] };
      const { stdout } = await endure(bench, hardship);
      expect(stdout).toMatch(/No space left on device.*SQLSTATE 53100/);
      expect(stdout).toContain("hint: Check free disk space.");
    });
  },
);

function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const folder = sharedTemporaryFolder();
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    rmSync(folder, { recursive: true });
    return false;
  }
}

function mount(folder: string): void {
  const options = `size=${sizeMegabytes}m,mode=755`;
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
}

function unmount(folder: string): void {
  execFileSync("umount", [folder]);
  rmSync(folder, { recursive: true });
}

function fill(folder: string, kilobytesLeft: number): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, "filler"), Buffer.alloc(bavail * bsize - kilobytesLeft * 1024));
}

function empty(folder: string): void {
  rmSync(join(folder, "filler"));
}
