import type { Database } from "../runner/database/database.ts";
import { print } from "../warehouse/run-command.ts";
import type { InputFile } from "./files/list-files.ts";
import { closingLines, exitCodeOf, fileLines, nextStep, totalsOf } from "./format-report.ts";
import { ingestAll } from "./ingest-all.ts";
import type { IngestOptions } from "./ingest-options.ts";
import { showProgress } from "./progress.ts";
import type { IngestArguments } from "./settings.ts";

/**
 * Loads what the inputs stand for, tells what became of it, runs the warehouse when that is asked for,
 * and gives the exit code: that of the load, else that of the run. Without a database the files are only read.
 */
export async function ingestAndReport(
  inputs: readonly (string | InputFile)[],
  database: Database | undefined,
  args: IngestArguments,
  options: IngestOptions,
): Promise<number> {
  const progress = showProgress(process.stderr);
  const isDryRun = database === undefined;
  const reports = await ingestAll(
    inputs,
    database,
    args.projectDir,
    { ...options, onRows: progress.onRows },
    (report) => {
      progress.clear();
      if (!args.json && !report.isPassedOver) print(fileLines(report, isDryRun));
    },
  );
  const totals = totalsOf(reports);
  const next = nextStep(totals, isDryRun);
  const code = exitCodeOf(totals, args.strict);
  if (args.json) {
    const tell = (run?: { status: string }) => {
      const answer = { files: reports, totals, ...(run && { run: { status: run.status } }), next };
      print([JSON.stringify(answer, null, 2)]);
    };
    const running = args.run && database ? runInSilence(database, args, options) : undefined;
    const run = await running?.catch((error) => {
      // A run that could not begin does not keep it secret what was loaded.
      tell();
      throw error;
    });
    tell(run);
    return code || (run === undefined || run.status === "successful" ? 0 : 1);
  }
  print(closingLines(totals, args.run ? undefined : next));
  // a file that was refused does not keep the results of the others out of the numbers
  const ran = args.run && database ? await runAndShow(args.projectDir, database) : 0;
  return code || ran;
}

// How long a run that is at work is waited for; a load waits as long for another one.
const waitMillis = 120_000;

// a command that runs nothing starts sooner without what runs
async function runInSilence(
  database: Database,
  { projectDir }: IngestArguments,
  { signal }: IngestOptions,
) {
  const { runWithReports } = await import("../runner/cli/run-and-report.ts");
  return await runWithReports({ projectDir, database, signal, waitMillis, listener: () => {} });
}

async function runAndShow(projectDir: string, database: Database): Promise<number> {
  const { runAndReport } = await import("../runner/cli/run-and-report.ts");
  const { dailySummary } = await import("../warehouse/daily-summary.ts");
  const exitCode = await runAndReport({ projectDir, database, waitMillis });
  const newest = await database.query(
    `select coalesce(max(metric_date), (now() at time zone 'UTC')::date)::text
    from resiliency.fact_resiliency_metrics`,
  );
  print(await dailySummary(database, newest.rows[0]?.[0] ?? ""));
  return exitCode;
}
