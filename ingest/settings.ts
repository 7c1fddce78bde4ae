import { RunnerError } from "../runner/errors.ts";
import type { IngestOptions } from "./ingest-options.ts";
import type { ingestParser } from "./options.ts";
import { readFormat, readKeepPayload, readMomentOption } from "./options.ts";
import { dateReader } from "./values/date-format.ts";

/** What the command line says, as yargs reads it. */
export type IngestArguments = Awaited<ReturnType<ReturnType<typeof ingestParser>["parseAsync"]>>;

/** The files, folders and globs that are named; throws a `USAGE` error when there is none. */
export function inputsOf(args: IngestArguments, script: string): string[] {
  const inputs = args._.map(String);
  if (inputs.length > 0) return inputs;
  throw new RunnerError("USAGE", "no file is named", {
    hint: `Name files, folders or globs, or - for the standard input; see \`${script} --help\`.`,
  });
}

/** The options of a load; throws a `USAGE` error for a bad one. */
export async function optionsOf(
  args: IngestArguments,
  signal: AbortSignal,
): Promise<IngestOptions> {
  return {
    app: args.app,
    rules: args.rules === undefined ? [] : await rulesOf(args.rules),
    format: readFormat(args.format),
    start: readMomentOption(args.start, "--start", args.timeZone),
    end: readMomentOption(args.end, "--end", args.timeZone),
    readTime: dateReader(args.dateFormat, args.timeZone),
    keepPayload: readKeepPayload(args.keepPayload),
    explain: args.explain,
    mergesReruns: args.mergeReruns,
    isStrict: args.strict,
    onRows: () => {},
    signal,
  };
}

// a command without rules starts sooner without the parser of YAML
async function rulesOf(path: string): Promise<IngestOptions["rules"]> {
  const { readRules } = await import("./rules/rules.ts");
  return readRules(path);
}
