import { assertCompiled } from "../../compile/assert-compiled.ts";
import { compileProject } from "../../compile/compile-project.ts";
import { RunnerError } from "../../errors.ts";
import { formatCompiled } from "../../report/format-compiled.ts";
import { compileOptions, overridesOf, projectDirOption } from "../options.ts";
import { printFailure } from "../output.ts";
import type { AddCommand } from "./command.ts";

// Editors know 1 as "does not compile"; `run` says 3, to tell it from a failing action.
const doesNotCompile = 1;

/** `dataform compile`: checks a project and lists its actions; needs no database. */
export const addCompileCommand: AddCommand = (parser, finish) =>
  parser.command(
    "compile [project-dir]",
    "Compile the project and list its actions",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .option("json", {
          type: "boolean",
          default: false,
          describe: "print the compiled graph as JSON on stdout, also when there are errors",
        })
        .options(compileOptions),
    (args) =>
      finish(async () => {
        const graph = await compileProject({
          projectDir: args.projectDir,
          overrides: overridesOf(args),
          ...(args.timeout !== undefined && { timeoutMillis: args.timeout }),
        });
        if (args.json) process.stdout.write(`${JSON.stringify(graph, null, 2)}\n`);
        try {
          assertCompiled(graph, args.projectDir);
        } catch (error) {
          if (!(error instanceof RunnerError)) throw error;
          printFailure(error);
          return doesNotCompile;
        }
        if (!args.json) process.stdout.write(formatCompiled(graph));
        return 0;
      }),
  );
