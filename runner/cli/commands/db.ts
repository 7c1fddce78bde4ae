import { findProject } from "../../compile/find-project.ts";
import {
  type EmbeddedStatus,
  embeddedStatus,
  startEmbeddedForGood,
  stopEmbedded,
} from "../../database/embedded-server.ts";
import { projectDirOption } from "../options.ts";
import type { AddCommand } from "./command.ts";

const steps = { start: startEmbeddedForGood, stop: stopEmbedded, status: embeddedStatus };

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
        .positional("project-dir", projectDirOption),
    (args) =>
      finish(async () => {
        process.stdout.write(describe(await steps[args.step](findProject(args.projectDir))));
        return 0;
      }),
  );

function describe(status: EmbeddedStatus): string {
  const lines = Object.entries(status).filter(([, value]) => value !== undefined);
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
}
