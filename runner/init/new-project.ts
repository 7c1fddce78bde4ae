import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RunnerError } from "../errors.ts";
import { makeOwnFolder, replaceOwnFile } from "../own-files.ts";
import { type NewProjectSettings, newProjectFiles } from "./new-project-files.ts";

const settingsFiles = ["workflow_settings.yaml", "dataform.json"];

/** Whether a folder holds a project. */
export function isProject(folder: string): boolean {
  return settingsFiles.some((file) => existsSync(join(folder, file)));
}

/**
 * Makes a small project in a folder, which is made when it is missing. Files that are there stay as
 * they are; lines that .gitignore lacks are added. Returns the files that were written. Throws when
 * the folder already holds a project.
 */
export function makeNewProject(projectDir: string, settings: NewProjectSettings): string[] {
  const existing = settingsFiles.find((file) => existsSync(join(projectDir, file)));
  if (existing) {
    throw new RunnerError("USAGE", `${projectDir} already holds a project (${existing})`, {
      hint: "name another folder: dataform init my-project",
    });
  }
  try {
    makeOwnFolder(projectDir, projectDir);
    // First: without its settings the folder is no project yet, and init can be called again.
    const ignoring = ignoreFiles(join(projectDir, ".gitignore")) ? [".gitignore"] : [];
    const written = Object.entries(newProjectFiles(settings)).filter(([file, text]) =>
      writeNew(projectDir, file, text),
    );
    return [...written.map(([file]) => file), ...ignoring];
  } catch (cause) {
    throw new RunnerError("USAGE", `no project can be made in ${projectDir}`, {
      hint: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function writeNew(projectDir: string, file: string, text: string): boolean {
  const path = join(projectDir, file);
  if (existsSync(path)) return false;
  makeOwnFolder(dirname(path), projectDir);
  writeFileSync(path, text, { flag: "wx" });
  return true;
}

// Passwords and the embedded server's data must not get into a repository.
const ignored = ["node_modules/", "target/", ".dataform/", ".df-credentials.json", ".env"];

function ignoreFiles(path: string): boolean {
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const known = new Set(before.split(/\r?\n/).map((line) => line.trim()));
  const missing = ignored.filter((line) => !known.has(line));
  if (missing.length === 0) return false;
  const lineBreak = before === "" || before.endsWith("\n") ? "" : "\n";
  const mode = existsSync(path) ? statSync(path).mode : 0o644;
  replaceOwnFile(path, `${before}${lineBreak}${missing.join("\n")}\n`);
  chmodSync(path, mode);
  return true;
}
