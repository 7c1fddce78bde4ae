import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { isProject, makeNewProject } from "../../init/new-project.ts";
import { packageSource } from "../../init/package-source.ts";
import { writeCiFiles } from "../../init/write-ci-files.ts";
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
        .option("ci", {
          choices: ["github", "gitlab"] as const,
          describe:
            "also write the files that run it there; of a project that is there, only these",
        })
        .option("iceberg", { type: "boolean", describe: "accepted for compatibility" }),
    (args) =>
      finish(async () => {
        noticeIgnored(args, ["iceberg"]);
        const projectDir = resolve(args.projectDir);
        const { ci } = args;
        const isThere = ci !== undefined && isProject(projectDir);
        if (!isThere) makeProject(projectDir, args);
        if (ci !== undefined) reportCiFiles(writeCiFiles(projectDir, ci), projectDir);
        return 0;
      }),
  );

interface InitArguments {
  defaultDatabase?: string | undefined;
  defaultLocation?: string | undefined;
}

function makeProject(projectDir: string, args: InitArguments): void {
  const { version, dependencies } = ownPackage();
  const { defaultDatabase, defaultLocation } = args;
  const source = packageSource(version);
  const files = makeNewProject(projectDir, {
    ...{ defaultDatabase, defaultLocation },
    name: packageName(basename(projectDir)),
    versions: { runner: source, core: dependencies["@dataform/core"] ?? "*" },
  });
  const folder = relative(process.cwd(), projectDir);
  process.stdout.write(files.map((file) => `written  ${file}\n`).join(""));
  process.stdout.write(`\n${nextSteps(folder, source, files).join("\n")}\n`);
}

function reportCiFiles(files: ReturnType<typeof writeCiFiles>, projectDir: string): void {
  const lines = files.map(
    ({ path, isNew }) => `${isNew ? "written" : "as it was"}  ${relative(process.cwd(), path)}`,
  );
  const secret = "the secret DATABASE_URL names the warehouse; the files say what is without it";
  process.stdout.write(`${[...lines, ...lockSteps(projectDir), secret].join("\n")}\n`);
}

/** What has to be done before `npm ci` brings our command along. */
function lockSteps(projectDir: string): string[] {
  if (namesOurPackage(join(projectDir, "package-lock.json"))) return [];
  const install = namesOurPackage(join(projectDir, "package.json"))
    ? "npm install"
    : installCommand(packageSource(ownPackage().version));
  return [`${install}  (writes package-lock.json, which \`npm ci\` needs: commit it, too)`];
}

function namesOurPackage(file: string): boolean {
  return existsSync(file) && readFileSync(file, "utf8").includes('"dataform-postgres"');
}

function installCommand(source: string): string {
  return `npm install ${shellWord(/^\d/.test(source) ? `dataform-postgres@${source}` : source)}`;
}

function nextSteps(folder: string, source: string, files: readonly string[]): string[] {
  const place = folder === "" ? "" : ` ${shellWord(folder)}`;
  const install = files.includes("package.json")
    ? `npm install  (brings dataform-postgres from ${source})`
    : installCommand(source);
  return [
    `Next: npx dataform run${place}`,
    "  on an embedded PostgreSQL; for a server of your own first: npx dataform init-creds",
    "To have the command in the project's own node_modules:",
    ...(folder === "" ? [] : [`  cd${place}`]),
    `  ${install}`,
  ];
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "");
  return name === "" ? "dataform-project" : name;
}
