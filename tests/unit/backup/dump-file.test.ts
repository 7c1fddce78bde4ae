import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { writeDumpFile } from "../../../runner/backup/dump-file.ts";

it("says that a dump cannot be written, and leaves no half of one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-dump-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (path: string, rest = async () => {}) =>
    writeDumpFile(path, async (target) => {
      target.write("select 1;\n");
      await rest();
    });
  await write(join(folder, "whole.sql"));
  expect(readFileSync(join(folder, "whole.sql"), "utf8")).toBe("select 1;\n");
  await expect(write(join(folder, "nowhere/a.sql"))).rejects.toMatchObject({
    code: "USAGE",
    message: `the dump cannot be written to ${join(folder, "nowhere/a.sql")}`,
    hint: expect.stringContaining("ENOENT"),
  });
  const broken = write(join(folder, "half.sql"), () => Promise.reject(new Error("lost")));
  await expect(broken).rejects.toThrow("lost");
  expect(readdirSync(folder)).toEqual(["whole.sql"]);
});

it("is not written through a link whose name holds the process id", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-dump-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const victim = join(folder, "victim");
  writeFileSync(victim, "kept");
  symlinkSync(victim, join(folder, `a.sql.${process.pid}.part`));
  await writeDumpFile(join(folder, "a.sql"), async (target) => void target.write("select 1;\n"));
  expect(readFileSync(join(folder, "a.sql"), "utf8")).toBe("select 1;\n");
  expect(readFileSync(victim, "utf8")).toBe("kept");
});
