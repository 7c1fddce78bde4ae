import type { Options } from "yargs";
import { RunnerError } from "../runner/errors.ts";
import { parseDay } from "../warehouse/utc-day.ts";
import { windowLengths } from "./report.ts";
import type { ReportFormat, WriteReportOptions } from "./write-report.ts";

const formats: readonly ReportFormat[] = ["html", "markdown", "json", "csv"];

/** What `npm run report` takes. */
export const reportOptions = {
  "as-of": { type: "string", describe: "the report as it was on a day, as 2026-01-31" },
  days: { type: "string", default: "90", describe: "days of its window: 7, 30 or 90" },
  app: { type: "string", describe: "only this application, by its number or name" },
  format: { type: "string", default: "html", describe: "html, markdown, json or csv" },
  "with-samples": {
    type: "boolean",
    default: false,
    describe: "with error messages and payloads of the sources, which may hold secrets",
  },
} as const satisfies Record<string, Options>;

/** The values of `reportOptions`; throws a `USAGE` error for bad ones. */
export function readReportOptions(args: {
  asOf: string | undefined;
  days: string;
  app: string | undefined;
  format: string;
  withSamples: boolean;
}): Omit<WriteReportOptions, "projectDir"> {
  const { asOf, app, withSamples } = args;
  const days = windowLengths.find((length) => String(length) === args.days);
  if (days === undefined) throw noSuch("--days", args.days, windowLengths);
  const format = formats.find((name) => name === args.format);
  if (format === undefined) throw noSuch("--format", args.format, formats);
  return {
    asOf: asOf === undefined ? undefined : parseDay(asOf, "--as-of"),
    days,
    app,
    format,
    withSamples,
  };
}

function noSuch(option: string, value: string, known: readonly (string | number)[]): RunnerError {
  return new RunnerError("USAGE", `${option} is none that there is: ${JSON.stringify(value)}`, {
    hint: `Give one of ${known.join(", ")}.`,
  });
}
