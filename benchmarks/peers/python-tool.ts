import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../temporary-folder.ts";

/** The programs of a virtual environment of its own, or why there is none. */
export type PythonTool = { bin: string; version: string } | { missing: string };

/**
 * Installs what `<name>-requirements.txt` pins into a virtual environment in a temporary folder, which is gone
 * when the process ends. `main` is the package whose version names the tool.
 */
export function installPythonTool(name: string, main: string): PythonTool {
  const folder = temporaryFolder(name);
  const requirements = fileURLToPath(new URL(`${name}-requirements.txt`, import.meta.url));
  const version = new RegExp(`^${main}==(.*)$`, "m").exec(readFileSync(requirements, "utf8"))?.[1];
  const bin = join(folder, "bin");
  try {
    const stdio = ["ignore", "ignore", "pipe"] as const;
    execFileSync("python3", ["-m", "venv", folder], { stdio: [...stdio] });
    const install = ["install", "--quiet", "--disable-pip-version-check", "-r", requirements];
    execFileSync(join(bin, "pip"), install, { stdio: [...stdio], timeout: 600_000 });
    return { bin, version: version ?? "" };
  } catch (error) {
    const [line = "no python3"] = String((error as { stderr?: Buffer }).stderr ?? error)
      .trim()
      .split("\n")
      .slice(-1);
    return { missing: `it cannot be installed here: ${line}` };
  }
}
