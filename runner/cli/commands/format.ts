import { type FileResult, formatProject } from "../../format/format-project.ts";
import { listOf } from "../given-options.ts";
import { projectDirOption } from "../options.ts";
import { harmlessLines, harmlessName } from "../output.ts";
import type { AddCommand } from "./command.ts";

/** `dataform format`: the SQLX and JavaScript files of a project in one style. */
export const addFormatCommand: AddCommand = (parser, finish) =>
  parser.command(
    "format [project-dir]",
    "Format the project's files; files that cannot be formatted safely are not changed",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .option("actions", {
          type: "string",
          array: true,
          requiresArg: true,
          describe: "files or folders to format: definitions/gold/, definitions/**/*.sqlx",
        })
        .option("check", {
          type: "boolean",
          default: false,
          describe: "change nothing; list the files that would change and exit 1",
        })
        .option("ignore-js-files", {
          type: "boolean",
          default: false,
          describe: "leave .js files alone",
        }),
    (args) =>
      finish(async () => {
        const { projectDir, check, ignoreJsFiles } = args;
        const results = await formatProject({
          projectDir,
          paths: listOf(args.actions, "--actions"),
          withJavaScript: !ignoreJsFiles,
          write: !check,
        });
        for (const result of results) report(result, check);
        process.stdout.write(`${summaryOf(results, check)}\n`);
        return check && results.some(({ status }) => status === "changed") ? 1 : 0;
      }),
  );

function report({ fileName, status, reason }: FileResult, check: boolean): void {
  const name = harmlessName(fileName);
  if (status === "changed") {
    process.stdout.write(harmlessLines(`${check ? "not formatted" : "formatted"}  ${name}`));
  }
  if (status === "leftAlone")
    process.stderr.write(harmlessLines(`left as it is  ${name}: ${reason}`));
}

function summaryOf(results: readonly FileResult[], check: boolean): string {
  const count = (wanted: FileResult["status"]) =>
    results.filter(({ status }) => status === wanted).length;
  const left = count("leftAlone");
  return [
    `${count("changed")} ${check ? "not formatted" : "formatted"}`,
    `${count("unchanged")} unchanged`,
    ...(left > 0 ? [`${left} left as they are`] : []),
  ].join(", ");
}
