import { resolve } from "node:path";
import type { Options } from "yargs";
import { parseDuration, parseTimeLimit } from "./duration.ts";
import { retryLimit, threadCount } from "./number-options.ts";
import { parseVars } from "./variables.ts";

/** The folder of the project, which most commands take as their argument. */
export const projectDirOption = {
  type: "string",
  default: ".",
  describe: "folder of the project",
  coerce: (folder: string) => resolve(folder),
} as const satisfies Options;

/** `--format` of commands that print rows. */
export const rowFormatOption = {
  choices: ["table", "csv", "json"] as const,
  default: "table" as const,
  describe: "how rows are printed",
} as const satisfies Options;

/** Which database; see docs/configuration.md for the order in which settings are looked for. */
export const databaseOptions = {
  credentials: {
    type: "string",
    describe: "file with the connection (host, port, username, password, databaseName, ssl)",
  },
} as const satisfies Record<string, Options>;

/** Dataform's overrides of the project settings; they change what is compiled. */
export const compileOptions = {
  "default-database": { type: "string", describe: "database name that targets carry" },
  "default-schema": { type: "string", describe: "schema of actions that name none" },
  "default-location": { type: "string", describe: "accepted for compatibility; no meaning here" },
  "default-reservation": {
    type: "string",
    describe: "accepted for compatibility; no meaning here",
  },
  "disable-assertions": { type: "boolean", describe: "compile every assertion as disabled" },
  "assertion-schema": { type: "string", describe: "schema of the assertions" },
  "database-suffix": { type: "string", describe: "suffix of the database name in targets" },
  "schema-suffix": { type: "string", describe: "suffix of every schema" },
  "table-prefix": { type: "string", describe: "prefix of every table" },
  vars: {
    type: "string",
    describe: "project variables: a=1,b=2",
    coerce: parseVars,
  },
  "allow-raw-vars": {
    type: "boolean",
    default: false,
    describe:
      "allow quotes, ;, -- and /* in --vars, although they can end the SQL string around them",
  },
  timeout: {
    type: "string",
    describe: "time limit of the whole command: 30s, 5 min, 2 hours",
    coerce: (text: string | undefined) => parseTimeLimit(text, "--timeout"),
  },
} as const satisfies Record<string, Options>;

/** `--changed-since`, for `run`, `plan` and `test`. */
export const changedSinceOption = {
  type: "string",
  requiresArg: true,
  describe: "only what compiles otherwise than at this branch, tag or commit of git: main",
} as const satisfies Options;

/** Which actions run, how, and the files of the reports. */
export const runOptions = {
  "dry-run": { type: "boolean", default: false, describe: "print what would run; change nothing" },
  "run-tests": {
    type: "boolean",
    default: false,
    describe: "run the unit tests first; nothing else runs when one fails",
  },
  json: { type: "boolean", default: false, describe: "print the run result as JSON on stdout" },
  actions: {
    type: "string",
    array: true,
    requiresArg: true,
    describe:
      "what to run: a name (* stands for anything), tag:daily, file:…, definitions/gold/; + before or after; and",
  },
  exclude: {
    type: "string",
    array: true,
    requiresArg: true,
    describe: "what not to run, written as for --actions",
  },
  tags: { type: "string", array: true, requiresArg: true, describe: "run actions with these tags" },
  assertions: {
    type: "boolean",
    default: true,
    describe: "a table brings its own assertions along; --no-assertions leaves them",
  },
  "include-deps": { type: "boolean", default: false, describe: "also run their dependencies" },
  "include-dependents": { type: "boolean", default: false, describe: "also run their dependents" },
  "full-refresh": { type: "boolean", default: false, describe: "rebuild incremental tables" },
  changed: {
    type: "boolean",
    default: false,
    describe:
      "run only what changed since its last success: its code, its settings, or the data that it reads",
  },
  "changed-since": changedSinceOption,
  resume: {
    type: "boolean",
    default: false,
    describe: "continue the last run: skip actions that it finished and that have not changed",
  },
  threads: {
    type: "number",
    default: 4,
    describe: "actions at the same time",
    coerce: threadCount,
  },
  "action-retry-limit": {
    type: "number",
    describe:
      "times to run an action again after a deadlock, a lock timeout or a lost connection [default: 2]",
    coerce: retryLimit,
  },
  "execution-timeout": {
    type: "string",
    describe: "time limit of the whole run, as in Dataform; --timeout is then that of the compile",
    coerce: (text: string | undefined) => parseTimeLimit(text, "--execution-timeout"),
  },
  "statement-timeout": {
    type: "string",
    describe: "time limit of one statement: 30s, 5 min, 2 hours",
    coerce: (text: string | undefined) => parseTimeLimit(text, "--statement-timeout"),
  },
  "jit-timeout": {
    type: "string",
    describe: "time limit of the JiT code of one action [default: 60s]",
    coerce: (text: string | undefined) => parseTimeLimit(text, "--jit-timeout"),
  },
  wait: {
    type: "string",
    describe: "wait for another run on the same schemas: --wait=5m, or as long as it takes",
    coerce: parseWait,
  },
  history: {
    type: "boolean",
    default: true,
    describe: "write the run down in the schema run_history; --no-history leaves it",
  },
  verbose: {
    type: "boolean",
    default: false,
    describe: "a line for every action, also in a long run; every notice",
  },
  junit: { type: "string", describe: "JUnit XML file [default: target/assertions.xml]" },
  link: {
    type: "string",
    requiresArg: true,
    describe: "URL of the run for notifications [default: the page in GitHub Actions]",
  },
  summary: { type: "string", describe: "Markdown file [default: $GITHUB_STEP_SUMMARY]" },
} as const satisfies Record<string, Options>;

/** Those of `runOptions` that say what runs, for `plan`. */
export const selectionOptions = {
  actions: runOptions.actions,
  exclude: runOptions.exclude,
  tags: runOptions.tags,
  assertions: runOptions.assertions,
  "include-deps": runOptions["include-deps"],
  "include-dependents": runOptions["include-dependents"],
  "full-refresh": runOptions["full-refresh"],
  changed: runOptions.changed,
} as const satisfies Record<string, Options>;

/** Flags of Dataform's `run` that only BigQuery gives a meaning. */
export const bigQueryOptions = {
  "job-labels": { type: "string", describe: "accepted for compatibility" },
  "emit-lineage": { type: "boolean", describe: "accepted for compatibility" },
} as const satisfies Record<string, Options>;

/** `--wait` alone is without an end, `--wait=5m` a duration; as milliseconds. */
function parseWait(text: string | undefined): number | undefined {
  return text === "" ? Number.POSITIVE_INFINITY : parseDuration(text, "--wait");
}
