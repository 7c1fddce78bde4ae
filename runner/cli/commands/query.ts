import { text } from "node:stream/consumers";
import { findProject } from "../../compile/find-project.ts";
import { chooseConnection } from "../../database/connection-settings.ts";
import type { QueryResult, Session } from "../../database/database.ts";
import { openDatabase } from "../../database/open-database.ts";
import { RunnerError } from "../../errors.ts";
import { formatCsv } from "../../report/csv.ts";
import { formatJson } from "../../report/json-rows.ts";
import { formatTable } from "../../report/table.ts";
import { withoutWorkflowCommands } from "../../report/workflow-commands.ts";
import { databaseOptions, projectDirOption } from "../options.ts";
import { withDatabase } from "../run-and-report.ts";
import { untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

// What it sends is no result rows but text in its own format.
const copyToStdout = /^\s*copy\b.*\bto\s+stdout\b/is;

/** `dataform query "select …"`: asks the warehouse, on whichever database the project is. */
export const addQueryCommand: AddCommand = (parser, finish) =>
  parser.command(
    "query <sql>",
    "Send SQL to the database and print the rows",
    (command) =>
      command
        .positional("sql", {
          type: "string",
          demandOption: true,
          describe: "the statement, or - to read it from standard input",
        })
        .option("format", {
          choices: ["table", "csv", "json"] as const,
          default: "table" as const,
          describe: "how rows are printed",
        })
        .option("project-dir", projectDirOption)
        .options(databaseOptions),
    (args) =>
      finish(async () => {
        const sql = args.sql === "-" ? await text(process.stdin) : args.sql;
        if (sql.trim() === "") {
          throw new RunnerError("USAGE", "the query is empty", {
            hint: 'dataform query "select 1"',
          });
        }
        const { projectDir, credentials, format } = args;
        // a server of the project's own is for projects; one that is named needs none
        const setting = chooseConnection({ projectDir, env: process.env, credentials });
        if (setting.kind === "embedded") findProject(projectDir);
        return untilStopped({ what: "query" }, async ({ signal, exitCode }) => {
          const open = openDatabase({ projectDir, env: process.env, credentials, signal });
          const send = (session: Session) => printRows(session, sql, format);
          await withDatabase(open, (database) => database.session(send, signal));
          return exitCode() ?? 0;
        });
      }),
  );

async function printRows(session: Session, sql: string, kind: Format): Promise<void> {
  if (copyToStdout.test(sql)) await session.copyTo(sql, process.stdout);
  else process.stdout.write(format(await session.query(sql), kind));
}

type Format = "table" | "csv" | "json";

function format(result: QueryResult, kind: Format): string {
  const { columns, rows } = result;
  switch (kind) {
    case "csv":
      return formatCsv(columns, rows, { lineBreak: "\n" });
    case "json":
      return formatJson(columns, rows);
    case "table":
      return forWorkflow(formatLikePsql(result));
  }
}

/** In the log of a workflow, a value at the beginning of a line could be taken for a command. */
function forWorkflow(text: string): string {
  return process.env.GITHUB_ACTIONS === "true" ? withoutWorkflowCommands(text) : text;
}

function formatLikePsql({ columns, rows, command, rowCount }: QueryResult): string {
  if (columns.length === 0) return `${command}${rowCount === null ? "" : ` ${rowCount}`}\n`;
  const footer = `(${rows.length} ${rows.length === 1 ? "row" : "rows"})`;
  return `${[...formatTable(columns, rows), footer].join("\n")}\n`;
}
