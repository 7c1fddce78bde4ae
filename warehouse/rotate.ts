import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { confirm } from "../runner/cli/confirm.ts";
import { databaseOptions } from "../runner/cli/options.ts";
import type { Database } from "../runner/database/database.ts";
import { openDatabase, withDatabase } from "../runner/database/open-database.ts";
import { RunnerError } from "../runner/errors.ts";
import { counted } from "../runner/report/limit-text.ts";
import { countMonth, moveIn, moveOut } from "./bronze-months.ts";
import { cancellable, createParser, print, projectDir, runCommand } from "./run-command.ts";

/** `npm run rotate`: months of bronze into files, and back. */
async function rotate(): Promise<number> {
  const args = await createParser(
    "npm run rotate --",
    "Moves months of bronze into files (out 2025-01 2025-02) and back (in archive/…).",
    "<out|in> <months or files…> [options]",
  )
    .option("to", { type: "string", default: "archive", describe: "folder of the files, with out" })
    .option("yes", { type: "boolean", default: false, describe: "with out: do it without asking" })
    .options(databaseOptions)
    .strict(false)
    .strictOptions()
    .parseAsync();
  const [step, ...what] = args._.map(String);
  const { credentials, to, yes } = args;
  if ((step !== "out" && step !== "in") || what.length === 0) {
    throw new RunnerError("USAGE", "say out and months, or in and files", {
      hint: "npm run rotate -- out 2025-01 --to archive",
    });
  }
  const isOut = step === "out";
  if (isOut) for (const month of what) requirePast(month);
  const missing = isOut ? undefined : what.find((file) => !existsSync(file));
  if (missing !== undefined) throw new RunnerError("USAGE", `there is no file ${resolve(missing)}`);
  const opening = openDatabase({ projectDir, env: process.env, credentials });
  return withDatabase(opening, async (database) =>
    cancellable(async (signal) => {
      for (const each of what) {
        const options = { database, to, yes, signal };
        print([isOut ? await rotateOut(each, options) : await rotateIn(each, options)]);
      }
      print(["silver and gold follow: npx dataform run"]);
      if (isOut)
        print(["files of these months are new to a load now: take them out of loaded folders"]);
      return 0;
    }),
  );
}

interface RotateOptions {
  database: Database;
  to: string;
  yes: boolean;
  signal: AbortSignal;
}

async function rotateOut(month: string, { database, to, yes, signal }: RotateOptions) {
  const path = join(resolve(to), `raw_resiliency_tests_${month.replace("-", "_")}.sql.gz`);
  const count = await database.session((session) => countMonth(session, month), signal);
  if (count > 0) {
    const where = `out of bronze (${database.description}) into ${path}`;
    await confirm(`this moves the ${results(count)} that arrived in ${month} ${where}`, yes);
  }
  const rows = await moveOut(database, month, path, signal);
  return rows === 0
    ? `nothing that arrived in ${month} is in bronze`
    : `out  ${path}: ${results(rows)}`;
}

async function rotateIn(file: string, { database, signal }: RotateOptions) {
  const rows = await moveIn(database, resolve(file), signal);
  return rows === 0 ? `as it was  ${file}: all rows are there` : `back  ${file}: ${results(rows)}`;
}

function results(count: number): string {
  return counted(count, "result");
}

function requirePast(month: string): void {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new RunnerError("USAGE", `"${month}" is no month`, { hint: "write it as 2025-01" });
  }
  if (month < new Date().toISOString().slice(0, 7)) return;
  throw new RunnerError("USAGE", `${month} is not over yet`, {
    hint: "results still arrive in it",
  });
}

await runCommand(rotate);
