import { basename, relative, resolve } from "node:path";
import { makeNewProject } from "../../init/new-project.ts";
import { ownPackage } from "../package-json.ts";
import { noticeIgnored } from "../usage.ts";
import type { AddCommand } from "./command.ts";

/** `dataform init`: a new project that runs at once. */
export const addInitCommand: AddCommand = (parser, finish) =>
  parser.command(
    "init [project-dir] [default-database] [default-location]",
    "Make a new project",
    (command) =>
      command
        .positional("project-dir", {
          type: "string",
          default: ".",
          describe: "folder to make it in",
        })
        .positional("default-database", {
          type: "string",
          describe: "database name that targets carry",
        })
        .positional("default-location", {
          type: "string",
          describe: "kept for Dataform itself; no meaning here",
        })
        .option("iceberg", { type: "boolean", describe: "accepted for compatibility" }),
    (args) =>
      finish(async () => {
        noticeIgnored(args, ["iceberg"]);
        const projectDir = resolve(args.projectDir);
        const { version, dependencies } = ownPackage();
        const { defaultDatabase, defaultLocation } = args;
        const files = makeNewProject(projectDir, {
          ...{ defaultDatabase, defaultLocation },
          name: packageName(basename(projectDir)),
          versions: { runner: version, core: dependencies["@dataform/core"] ?? "*" },
        });
        const folder = relative(process.cwd(), projectDir);
        process.stdout.write(files.map((file) => `written  ${file}\n`).join(""));
        process.stdout.write(`\n${nextStep(folder)}\n`);
        return 0;
      }),
  );

function nextStep(folder: string): string {
  const run = folder === "" ? "npx dataform run" : `npx dataform run ${folder}`;
  return `Next: ${run}  (on an embedded PostgreSQL, or on a server: dataform init-creds)`;
}

function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "");
  return name === "" ? "dataform-project" : name;
}
