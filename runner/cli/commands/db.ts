import { findProject } from "../../compile/find-project.ts";
import {
  type EmbeddedStatus,
  embeddedStatus,
  startEmbeddedForGood,
  stopEmbedded,
} from "../../database/embedded/embedded-server.ts";
import { chooseConnection } from "../../database/settings/connection-settings.ts";
import { variable } from "../../database/settings/server-address.ts";
import { RunnerError } from "../../errors.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { harmlessLines } from "../output.ts";
import type { AddCommand } from "./command.ts";
import { dumpToFile, restoreFromFile, upgrade } from "./db-backup.ts";

const steps = ["start", "stop", "status", "dump", "restore", "upgrade"] as const;

/** `dataform db`: the project's own PostgreSQL, and backups of the database that the project uses. */
export const addDbCommand: AddCommand = (parser, finish) =>
  parser.command(
    "db <step> [project-dir]",
    "Start, stop, show or upgrade the embedded PostgreSQL; back up and restore the database",
    (command) =>
      command
        .positional("step", {
          choices: steps,
          demandOption: true,
          describe: "start keeps it running until stop; other commands start it when they need it",
        })
        .positional("project-dir", {
          type: "string",
          default: ".",
          describe: "folder of the project; with dump and restore: the file, which .gz makes small",
        })
        .option("project", {
          type: "string",
          default: ".",
          describe: "with dump and restore: folder of the project",
        })
        .option("from", {
          type: "string",
          requiresArg: true,
          describe: "with upgrade: package or folder with the PostgreSQL that made the data",
        })
        .option("yes", {
          type: "boolean",
          default: false,
          describe: "with dump, restore and upgrade: replace what is there without asking",
        })
        .option("port", {
          type: "number",
          describe: "with start: also take connections on this port of 127.0.0.1, with a password",
        })
        .epilogue("The password is made, stored and shown once, or taken from PGPASSWORD."),
    (args) =>
      finish(async () => {
        const { step, yes, from, port } = args;
        if (port !== undefined && step !== "start") {
          throw new RunnerError("USAGE", `--port is for db start, not for db ${step}`);
        }
        const backup = { file: args.projectDir, project: args.project, yes, from };
        if (step === "dump") return dumpToFile(backup);
        if (step === "restore") return restoreFromFile(backup);
        if (step === "upgrade") return upgrade({ ...backup, project: args.projectDir });
        const projectDir = findProject(args.projectDir);
        const status = await statusAfter(step, projectDir, port);
        process.stdout.write(describe({ ...status, ...used(projectDir) }));
        return 0;
      }),
  );

async function statusAfter(
  step: "start" | "stop" | "status",
  projectDir: string,
  port: number | undefined,
): Promise<EmbeddedStatus> {
  if (port !== undefined && !(Number.isInteger(port) && port >= 1024 && port <= 65_535)) {
    throw new RunnerError("USAGE", `--port: ${port} is not a whole number from 1024 to 65535`);
  }
  if (step === "stop") return stopEmbedded(projectDir);
  if (step === "status") return embeddedStatus(projectDir);
  return startEmbeddedForGood(projectDir, { port, password: variable(process.env, "PGPASSWORD") });
}

/** Which database the commands in this project use; another setting may choose a server elsewhere. */
function used(projectDir: string): { usedHere: string } {
  const setting = chooseConnection({ projectDir, env: process.env });
  if (setting.kind === "embedded") return { usedHere: "this one" };
  const { source, description } = setting;
  const isVariable = /^[A-Z]/.test(source);
  const file = isVariable && variable(process.env, source) === undefined ? " in .env" : "";
  return { usedHere: visibleText(`not this one, but ${description} (${source}${file})`) };
}

function describe(status: EmbeddedStatus & { usedHere: string }): string {
  const lines = Object.entries(status).filter(([, value]) => value !== undefined);
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => harmlessLines(`${name.padEnd(width)}  ${value}`)).join("");
}
