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
import { projectDirOption } from "../options.ts";
import type { AddCommand } from "./command.ts";

/** `dataform db start|stop|status`: the project's own PostgreSQL. */
export const addDbCommand: AddCommand = (parser, finish) =>
  parser.command(
    "db <step> [project-dir]",
    "Start, stop or show the project's embedded PostgreSQL",
    (command) =>
      command
        .positional("step", {
          choices: ["start", "stop", "status"] as const,
          demandOption: true,
          describe: "start keeps it running until stop; other commands start it when they need it",
        })
        .positional("project-dir", projectDirOption)
        .option("port", {
          type: "number",
          describe: "with start: also take connections on this port of 127.0.0.1, with a password",
        })
        .epilogue("The password is made, stored and shown once, or taken from PGPASSWORD."),
    (args) =>
      finish(async () => {
        const projectDir = findProject(args.projectDir);
        const status = await statusAfter(args.step, projectDir, args.port);
        process.stdout.write(describe({ ...status, ...used(projectDir) }));
        return 0;
      }),
  );

async function statusAfter(
  step: "start" | "stop" | "status",
  projectDir: string,
  port: number | undefined,
): Promise<EmbeddedStatus> {
  if (port !== undefined && step !== "start") {
    throw new RunnerError("USAGE", `--port is for db start, not for db ${step}`);
  }
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
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
}
