import { text } from "node:stream/consumers";
import { findProject } from "../../compile/find-project.ts";
import type { QueryResult, Session } from "../../database/database.ts";
import { withNearestRelation } from "../../database/failures/nearest-relation.ts";
import { openDatabase, withDatabase } from "../../database/open-database.ts";
import { chooseConnection } from "../../database/settings/connection-settings.ts";
import { RunnerError, SqlFailure } from "../../errors.ts";
import { counted } from "../../report/limit-text.ts";
import { formatRows, type RowFormat } from "../../report/rows/format-rows.ts";
import { databaseOptions, projectDirOption, rowFormatOption } from "../options.ts";
import { untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

// It does not return rows but text in its own format. Comments may stand before it.
const copy = String.raw`^(?:\s|--[^\n]*\n|/\*(?:(?!\*/).)*\*/)*copy\b`;
const copyToStdout = new RegExp(String.raw`${copy}.*\bto\s+stdout\b`, "is");
const copyFromStdin = new RegExp(String.raw`${copy}[^;]*\bfrom\s+stdin\b`, "is");

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
        // without this the parser takes - for the beginning of a flag, and the statement for empty
        .nargs("sql", 1)
        .option("format", rowFormatOption)
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
        // The embedded server needs a project; a named server does not.
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

function copyIn(session: Session, sql: string): Promise<number> {
  if (!process.stdin.isTTY) return session.copyFrom(sql, process.stdin);
  throw new RunnerError("USAGE", "copy … from stdin reads rows from standard input", {
    hint: 'dataform query "copy my_table from stdin" < rows.copy',
  });
}

function printResult(result: QueryResult, kind: RowFormat): void {
  process.stdout.write(formatRows(result, kind));
  if (result.leftOut === undefined) return;
  process.stderr.write(
    `left out are the rows of ${counted(result.leftOut, "statement")}: send each by itself\n`,
  );
}

async function printRows(session: Session, sql: string, kind: RowFormat): Promise<void> {
  try {
    if (copyToStdout.test(sql)) await session.copyTo(sql, process.stdout);
    else if (copyFromStdin.test(sql)) process.stdout.write(`COPY ${await copyIn(session, sql)}\n`);
    else printResult(await session.statement(sql), kind);
  } catch (error) {
    throw error instanceof SqlFailure ? await withNearestRelation(error, session) : error;
  }
}
