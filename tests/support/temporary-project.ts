import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

const settings = {
  warehouse: "postgres",
  defaultDatabase: "shop",
  defaultSchema: "shop",
  assertionSchema: "shop_assertions",
};

/** A Dataform project in a temporary folder, gone when the test ends. */
export interface TemporaryProject {
  folder: string;
  /** Writes or replaces a file; paths are relative to the project. */
  write: (path: string, text: string) => void;
  remove: (path: string) => void;
}

/** Takes the files of a project; `definitions/` may be left out of their paths. */
export function temporaryProject(files: Record<string, string>): TemporaryProject {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-project-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pathOf = (path: string) =>
    join(folder, path.includes("/") || path.endsWith(".json") ? path : `definitions/${path}`);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(pathOf(path)), { recursive: true });
    writeFileSync(pathOf(path), text);
  };
  write("dataform.json", JSON.stringify(settings));
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { folder, write, remove: (path) => rmSync(pathOf(path)) };
}
