import path from "node:path";
import { readProjectFile } from "../../read-project-file.ts";

const largestModule = 2 ** 22;

/**
 * Takes the files of a project, relative to its folder (a real path), and returns the bytes of those
 * that are modules, by absolute path: they are sent to a compiler before it asks.
 */
export function readModules(projectDir: string, filePaths: readonly string[]): Map<string, Buffer> {
  const modules = new Map<string, Buffer>();
  for (const file of filePaths.filter(isModule)) {
    const read = readProjectFile(projectDir, file);
    const place = path.join(projectDir, file);
    if ("bytes" in read && read.bytes.length <= largestModule) modules.set(place, read.bytes);
  }
  return modules;
}

function isModule(file: string): boolean {
  return (
    /^(?:definitions|includes|unit_tests)\/.*\.(?:sqlx|js|json|sql|ya?ml)$/.test(file) ||
    /^[^/]*\.(?:js|json|yaml)$/.test(file)
  );
}
