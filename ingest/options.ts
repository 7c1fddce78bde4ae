import { databaseOptions, projectDirOption } from "../runner/cli/options.ts";
import { RunnerError } from "../runner/errors.ts";
import { nearestNames } from "../runner/text/nearest-names.ts";
import { createParser } from "../warehouse/run-command.ts";
import type { KeepPayload } from "./load/rows.ts";
import { formatNames } from "./read/detect.ts";
import { dateReader } from "./values/date-format.ts";
import type { Moment } from "./values/moment.ts";

/** The parser of the command; `script` is what people type before the options. */
export function ingestParser(script: string) {
  return createParser(
    script,
    "Loads test results and outages that other tools wrote. `-` is the standard input.",
    "<files, folders or globs> [options]",
  )
    .option("app", { type: "string", describe: "application of results for which no rule decides" })
    .option("rules", { type: "string", describe: "file that says which results are whose" })
    .option("format", { type: "string", describe: `what the files are: ${formatNames.join(", ")}` })
    .option("start", { type: "string", describe: "start, for formats that know no time" })
    .option("end", { type: "string", describe: "end, likewise" })
    .option("date-format", { type: "string", describe: "how CSV writes times: DD.MM.YYYY HH:mm" })
    .option("time-zone", {
      type: "string",
      describe: "of CSV, NDJSON and JUnit times without an offset: Europe/Berlin (default: UTC)",
    })
    .option("keep-payload", {
      type: "string",
      default: "full",
      describe: "how much of a source's payload is kept: none, hash or full",
    })
    .option("merge-reruns", {
      type: "boolean",
      default: false,
      describe: "of JUnit cases and Allure results that are attempts of one test, count the last",
    })
    .option("run", { type: "boolean", default: false, describe: "run the warehouse afterwards" })
    .option("dry-run", { type: "boolean", default: false, describe: "read, load nothing" })
    .option("explain", { type: "boolean", default: false, describe: "say which rule decided" })
    .option("strict", {
      type: "boolean",
      default: false,
      describe: "exit 1 when anything is set aside, or counts for another application than before",
    })
    .option("json", { type: "boolean", default: false, describe: "report as JSON" })
    .option("template", {
      type: "string",
      describe: "print an empty csv, ndjson or outages file, or a schema",
    })
    .option("watch", {
      type: "boolean",
      default: false,
      describe: "go on with files that come later",
    })
    .option("project-dir", projectDirOption)
    .options(databaseOptions)
    .strict(false)
    .strictOptions();
}

/** A moment of an option; throws a `USAGE` error for a bad one. */
export function readMomentOption(
  text: string | undefined,
  option: string,
  timeZone: string | undefined,
): Moment | null {
  if (text === undefined) return null;
  const moment = dateReader(undefined, timeZone)(text);
  if (moment !== null) return moment;
  throw new RunnerError("USAGE", `${option} is no time: ${JSON.stringify(text)}`, {
    hint: "Write it as 2026-01-31T10:00:00Z; without an offset it is of --time-zone, else UTC.",
  });
}

/** The format of `--format`; throws a `USAGE` error for a bad one. */
export function readFormat(text: string | undefined): string | undefined {
  if (text === undefined || formatNames.includes(text)) return text;
  const near = nearestNames(text, [...formatNames], 1).map((name) => `Did you mean ${name}? `);
  throw new RunnerError("USAGE", `--format is none that there is: ${JSON.stringify(text)}`, {
    hint: `${near.join("")}Give one of ${formatNames.join(", ")}.`,
  });
}

/** The value of `--keep-payload`; throws a `USAGE` error for a bad one. */
export function readKeepPayload(text: string): KeepPayload {
  if (text === "none" || text === "hash" || text === "full") return text;
  throw new RunnerError("USAGE", `--keep-payload is none that there is: ${JSON.stringify(text)}`, {
    hint: "Give none, hash or full.",
  });
}
