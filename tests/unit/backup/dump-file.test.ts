import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
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
