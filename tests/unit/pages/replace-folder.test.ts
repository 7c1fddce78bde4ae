import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { replaceFolder } from "../../../runner/pages/replace-folder.ts";

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-replace-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("puts a whole folder in the place of the last one, and leaves that when it fails", async () => {
  const parent = place();
  const folder = join(parent, "report");
  const fill = (name: string) => (stage: string) => writeFile(join(stage, name), name);
  await replaceFolder(folder, parent, fill("first"));
  await replaceFolder(folder, parent, fill("second"));
  expect(readdirSync(folder)).toEqual(["second"]);
  const failing = replaceFolder(folder, parent, async (stage) => {
    await writeFile(join(stage, "third"), "");
    throw new Error("full disk");
  });
  await expect(failing).rejects.toThrow("full disk");
  expect(readFileSync(join(folder, "second"), "utf8")).toBe("second");
  expect(readdirSync(parent)).toEqual(["report"]);
});

it("says which folder cannot be written, and why", async () => {
  const parent = place();
  await writeFile(join(parent, "target"), "");
  const written = replaceFolder(join(parent, "target/docs"), parent, async () => undefined);
  await expect(written).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(/target\/docs cannot be written: EEXIST/),
  });
  expect(readdirSync(parent)).toEqual(["target"]);
});
