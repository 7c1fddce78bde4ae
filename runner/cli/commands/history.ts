import { findProject } from "../../compile/find-project.ts";
import type { Session } from "../../database/database.ts";
import { openDatabase, withDatabase } from "../../database/open-database.ts";
import { chooseConnection } from "../../database/settings/connection-settings.ts";
import { RunnerError } from "../../errors.ts";
import {
  type HistoryFilter,
  hasHistory,
  readActions,
  readRun,
  readRuns,
} from "../../history/read-history.ts";
import { formatActionRuns, formatRun, formatRuns } from "../../report/console/format-history.ts";
import { forWorkflow } from "../../report/for-workflow.ts";
import { parsePeriod } from "../duration.ts";
import { rowLimit } from "../number-options.ts";
import { databaseOptions, projectDirOption } from "../options.ts";
import { columnsOf } from "../output.ts";
import { untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

const statuses = [
  "running",
  "successful",
  "failed",
  "skipped",
  "cancelled",
  "timed_out",
  "interrupted",
];

/** `dataform history`: the runs of before, or one of them. */
export const addHistoryCommand: AddCommand = (parser, finish) =>
  parser.command(
    "history [run]",
    "List the runs of before, or tell of one: what failed since when, what was slower than usual",
    (command) =>
      command
        .positional("run", { type: "string", describe: "id of a run, its beginning, or latest" })
        .options({
          limit: { type: "number", default: 20, describe: "how many", coerce: rowLimit },
          since: {
            type: "string",
            describe: "only what began since then: 7 days, 2026-11-01, 2026-11-01 09:30 (UTC)",
            coerce: sinceOf,
          },
          status: { choices: statuses, describe: "only what ended so" },
          action: {
            type: "string",
            describe: "the runs of this action instead; * stands for anything",
          },
          json: { type: "boolean", default: false, describe: "print JSON" },
          "project-dir": projectDirOption,
        })
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const { projectDir, credentials, run, json, ...filter } = args;
        // A server that is named holds its history whatever folder this is.
        const setting = chooseConnection({ projectDir, env: process.env, credentials });
        if (setting.kind === "embedded") findProject(projectDir);
        return untilStopped({ what: "history" }, async ({ signal, exitCode }) => {
          const open = openDatabase({ projectDir, env: process.env, credentials, signal });
          const text = await withDatabase(open, (database) =>
            database.session(({ own }) => textOf(own, { run, json, filter }), signal),
          );
          process.stdout.write(forWorkflow(text));
          return exitCode() ?? 0;
        });
      }),
  );

interface HistoryRequest {
  run: string | undefined;
  json: boolean;
  filter: HistoryFilter;
}

async function textOf(session: Session, { run, json, filter }: HistoryRequest): Promise<string> {
  const { found, lines } = await answer(session, run, filter);
  return json
    ? `${JSON.stringify(found, null, 2)}\n`
    : lines()
        .map((line) => `${line}\n`)
        .join("");
}

async function answer(session: Session, run: string | undefined, filter: HistoryFilter) {
  const width = columnsOf(process.stdout);
  if (!(await hasHistory(session))) {
    if (run !== undefined) throw new RunnerError("USAGE", `no run has the id ${run}: ${nothing}`);
    return { found: [], lines: () => [nothing] };
  }
  if (run !== undefined) {
    const found = await readRun(session, run);
    return { found, lines: () => formatRun(found) };
  }
  const { action } = filter;
  if (action !== undefined) {
    const found = await readActions(session, { ...filter, action });
    return { found, lines: () => orNothing(found, formatActionRuns(found, { width })) };
  }
  const found = await readRuns(session, filter);
  return { found, lines: () => orNothing(found, formatRuns(found, { width })) };
}

const nothing = "no run has been written down in this database yet";

function orNothing(found: readonly unknown[], lines: string[]): string[] {
  return found.length > 0 ? lines : ["no run is like that"];
}

/** A duration before now, or a day or time; as milliseconds since 1970. Throws USAGE for anything else. */
function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const written = text.trim();
  // As the list has its times: without a zone they are in UTC, wherever this machine is. A day alone is so anyway.
  const zone = /^\S+[T\s]+[\d:.]+$/i.test(written) ? "Z" : "";
  const day = /^\d{4}-\d\d-\d\d/.test(written) ? Date.parse(`${written}${zone}`) : undefined;
  if (day !== undefined) {
    if (!Number.isNaN(day)) return day;
    throw new RunnerError("USAGE", `--since: "${text}" is no day: write 2026-11-01`);
  }
  return Date.now() - (parsePeriod(text, "--since") ?? 0);
}
