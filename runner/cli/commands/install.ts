import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findProject } from "../../compile/find-project.ts";
import { RunnerError } from "../../errors.ts";
import { projectDirOption } from "../options.ts";
import type { AddCommand } from "./command.ts";

/** `dataform install`: a project's own npm packages; the compiler comes with this one. */
export const addInstallCommand: AddCommand = (parser, finish) =>
  parser.command(
    "install [project-dir]",
    "Install the npm packages of the project, if it has any",
    (command) => command.positional("project-dir", projectDirOption),
    (args) => finish(() => install(findProject(args.projectDir))),
  );

const otherManagers: Record<string, string> = {
  "yarn.lock": "yarn install",
  "pnpm-lock.yaml": "pnpm install",
  "bun.lock": "bun install",
  "bun.lockb": "bun install",
};

async function install(projectDir: string): Promise<number> {
  if (!hasDependencies(join(projectDir, "package.json"))) {
    process.stdout.write("Nothing has to be installed: the compiler is a part of this command.\n");
    return 0;
  }
  refuseBesideOther(projectDir);
  const isWindows = process.platform === "win32";
  const npm = spawn("npm", ["install"], { cwd: projectDir, stdio: "inherit", shell: isWindows });
  const [exitCode] = await once(npm, "close").catch((cause) => {
    throw new RunnerError("USAGE", "npm cannot be started", {
      hint: "install Node with npm, or run your own package manager in the project",
      cause,
    });
  });
  return exitCode ?? 1;
}

/** A second lock file would say other versions than the first. */
function refuseBesideOther(projectDir: string): void {
  const found = Object.keys(otherManagers).find((file) => existsSync(join(projectDir, file)));
  if (found === undefined || existsSync(join(projectDir, "package-lock.json"))) return;
  throw new RunnerError("USAGE", `${found} says that this project is not installed with npm`, {
    hint: `run ${otherManagers[found]} in ${projectDir}`,
  });
}

function hasDependencies(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(path, "utf8").replace(/^\uFEFF/, ""),
    );
    return Object.keys({ ...dependencies, ...devDependencies }).length > 0;
  } catch (cause) {
    throw new RunnerError("PROJECT_INVALID", `${path} is not valid JSON`, { cause });
  }
}
