import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { RunnerError } from "../errors.ts";
import { makeOwnFolder } from "../own-files.ts";
import { githubFiles } from "./github-files.ts";
import { gitlabFiles } from "./gitlab-files.ts";

/** Whose pipelines run a project. */
export type CiService = "github" | "gitlab";

/** The files of a service for a project in a folder of its repository, by path. */
export function ciFiles(service: CiService, folder: string): Record<string, string> {
  return service === "github" ? githubFiles(folder) : gitlabFiles(folder);
}

/**
 * Writes the files that run a project on a CI service, into its git repository or, without one, into the
 * project. Returns their paths, and whether each is new. Nothing is overwritten: when a file of that name
 * is there and differs, or a link leads out of the repository, it throws USAGE.
 */
export function writeCiFiles(
  projectDir: string,
  service: CiService,
): { path: string; isNew: boolean }[] {
  const project = realpathSync(projectDir);
  const root = findRepository(project) ?? project;
  const folder = relative(root, project).split(sep).join("/") || ".";
  const files = Object.entries(ciFiles(service, folder)).map(([file, text]) => {
    const path = join(root, file);
    return { path, text, isNew: !existsSync(path) };
  });
  const other = files.find(
    ({ path, text, isNew }) => !isNew && readFileSync(path, "utf8") !== text,
  );
  if (other !== undefined) {
    throw new RunnerError("USAGE", `${other.path} is there already and is not overwritten`, {
      hint: `rename it and run this again, or see what it would be: dataform init --ci ${service} in an empty folder`,
    });
  }
  for (const { path, text } of files.filter(({ isNew }) => isNew)) {
    makeOwnFolder(dirname(path), root);
    writeFileSync(path, text, { flag: "wx" });
  }
  return files.map(({ path, isNew }) => ({ path, isNew }));
}

function findRepository(folder: string): string | undefined {
  if (existsSync(join(folder, ".git"))) return folder;
  return dirname(folder) === folder ? undefined : findRepository(dirname(folder));
}
