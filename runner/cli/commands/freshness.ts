import { checkFreshness, type SourceFreshness } from "../../check-freshness.ts";
import { findProject } from "../../compile/find-project.ts";
import { openDatabase } from "../../database/open-database.ts";
import { forWorkflow } from "../../report/for-workflow.ts";
import { formatTable } from "../../report/rows/table.ts";
import { compileArgumentsOf } from "../given-options.ts";
import { compileOptions, databaseOptions, projectDirOption } from "../options.ts";
import { untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

/** `dataform freshness`: how old the newest row of each source is; exit code 1 for one that is too old. */
export const addFreshnessCommand: AddCommand = (parser, finish) =>
  parser.command(
    "freshness [project-dir]",
    "Tell how old the sources are that have a freshness; change nothing",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .option("json", { type: "boolean", default: false, describe: "print JSON" })
        .options(compileOptions)
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const { projectDir, credentials, json, timeout } = args;
        findProject(projectDir);
        return untilStopped({ what: "freshness", timeoutMillis: timeout }, async (stop) => {
          const { signal } = stop;
          const where = { projectDir, env: process.env, credentials, signal };
          const found = await checkFreshness({
            ...{ projectDir, signal, ...compileArgumentsOf(args) },
            openDatabase: () => openDatabase(where),
          });
          process.stdout.write(
            forWorkflow(json ? `${JSON.stringify(found, null, 2)}\n` : textOf(found)),
          );
          return stop.exitCode() ?? (found.some(({ status }) => status === "error") ? 1 : 0);
        });
      }),
  );

const heads = ["source", "status", "loaded at", "age", "warn after", "error after", "found"];

function textOf(found: readonly SourceFreshness[]): string {
  if (found.length === 0) {
    return "no declaration of the project has postgres: { freshness: { … } }\n";
  }
  const columns = heads.map((name) => ({ name, typeOid: 25 }));
  const rows = found.map((each) => [
    ...[each.source, each.status, each.loadedAt ?? "", ageOf(each.ageSeconds)],
    ...[each.warnAfter ?? "", each.errorAfter ?? "", findingOf(each)],
  ]);
  return `${formatTable(columns, rows).join("\n")}\n`;
}

function findingOf({ error, loadedAt }: SourceFreshness): string {
  return error?.message ?? (loadedAt === null ? "no row that counts" : "");
}

const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/** Seconds as `2d 3h`: the two largest units. */
function ageOf(seconds: number | null): string {
  if (seconds === null) return "";
  let rest = Math.abs(seconds);
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  const text = parts.slice(0, 2).join(" ") || "0s";
  return seconds < 0 ? `in ${text}` : text;
}
