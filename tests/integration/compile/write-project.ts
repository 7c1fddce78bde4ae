import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

const settings = JSON.stringify({ defaultSchema: "shop", assertionSchema: "shop_checks" });

/**
 * Writes a Dataform project of the given files into a temporary folder, with a `dataform.json` when
 * none is given, and returns the folder. It is removed when the test has finished.
 */
export function writeProject(files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "dataform-project-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hasSettings = "dataform.json" in files || "workflow_settings.yaml" in files;
  const all = hasSettings ? files : { "dataform.json": settings, ...files };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}
