import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The programs of a virtual environment of its own, or why there is none. */
export type PythonTool = { bin: string; version: string } | { missing: string };

/**
 * Installs what `<name>-requirements.txt` pins into a virtual environment in a temporary folder, which is gone
 * when the process ends. `main` is the package whose version names the tool.
 */
export function installPythonTool(name: string, main: string): PythonTool {
  const folder = mkdtempSync(join(tmpdir(), `dfpg-bench-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
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
