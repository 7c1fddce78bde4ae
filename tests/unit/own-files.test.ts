import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { makeFolder } from "../../runner/own-files.ts";
import { writeFileAtomically } from "../../runner/report/files/write-file.ts";

const root = path.resolve(import.meta.dirname, "../..");

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "own-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("a folder is made with those above it, and one that is there stays", () => {
  const folder = path.join(temporaryFolder(), "a/b/c");
  makeFolder(folder, 0o700);
  makeFolder(folder);
  expect(statSync(path.dirname(folder)).mode & 0o777).toBe(0o700);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it("a folder is not made where a file stands in the way", () => {
  const file = path.join(temporaryFolder(), "a");
  writeFileSync(file, "");
  for (const folder of [file, path.join(file, "b/c")]) {
    expect(() => makeFolder(folder)).toThrow(/EEXIST|ENOTDIR/);
  }
});

it.runIf(process.platform === "linux")(
  "a report below /proc, which takes no folder, is refused at once",
  async () => {
    await expect(writeFileAtomically("/proc/none/such/a.xml", "", root)).rejects.toThrow(
      /^The report \/proc\/none\/such\/a\.xml cannot be written: ENOENT/,
    );
  },
);

// Node 20's own way never ends where the system answers ENOENT, as below /proc.
it("every folder with those above it is made in one place", () => {
  const rooms = ["runner", "site", "ingest", "warehouse", "generator", "dashboards"];
  const files = rooms.flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: "utf8" }).map((file) =>
      path.join(room, file),
    ),
  );
  const makers = files
    .filter((file) => file.endsWith(".ts"))
    .filter((file) =>
      /\bmkdir(Sync)?\([^;]*recursive/.test(readFileSync(path.join(root, file), "utf8")),
    );
  expect(makers).toEqual([]);
});
