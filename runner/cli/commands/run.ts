import {
  bigQueryOptions,
  compileOptions,
  databaseOptions,
  projectDirOption,
  runOptions,
} from "../options.ts";
import { noticeIgnored } from "../usage.ts";
import type { AddCommand } from "./command.ts";

// They are in the compiled graph and have no effect on a run.
const locationFlags = ["default-location", "default-reservation"];

/** `dataform run`: compiles the project, runs its graph and checks its assertions. */
export const addRunCommand: AddCommand = (parser, finish) =>
  parser.command(
    "run [project-dir]",
    "Run the project: build its tables and views, check its assertions",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .options(runOptions)
        .options(compileOptions)
        .options(databaseOptions)
        .options(bigQueryOptions),
    (args) =>
      finish(async () => {
        noticeIgnored(args, [...Object.keys(bigQueryOptions), ...locationFlags]);
        const { runWithArguments } = await import("../run-with-arguments.ts");
        return runWithArguments(args);
      }),
  );
