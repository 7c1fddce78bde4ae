import { RunnerError } from "../errors.ts";
import { refuseWrongSelection } from "../plan/selection/selection.ts";
import { nearestNames } from "../text/nearest-names.ts";
import { runConfigOf } from "./given-options.ts";
import { compileOptions, databaseOptions, runOptions } from "./options.ts";

/**
 * The parser's error handler: a usage error becomes a `USAGE` error that names the wrong argument,
 * the nearest valid one and the help to read; other errors are passed on. yargs wraps errors of an
 * option's own check and keeps their message. `args`: the arguments, the command first; `commands`:
 * the existing commands.
 */
export function failWith(
  args: readonly string[],
  commands: readonly string[],
): (message: string | null, error?: Error) => never {
  const [first = ""] = args;
  const isKnown = commands.includes(first);
  return (message, error) => {
    if (error && error.name !== "YError") throw error;
    const said = (error?.message || message) ?? "wrong usage";
    const help = `see \`dataform ${isKnown ? `${first} ` : ""}--help\``;
    if (!isKnown && /^(Did you mean|Unknown argument)/.test(said) && !first.startsWith("-")) {
      throw noCommand(first, commands);
    }
    throw wrongArguments(first, said, args, help);
  };
}

/** The error for what the parser said of the arguments of a command. */
function wrongArguments(
  command: string,
  said: string,
  args: readonly string[],
  help: string,
): RunnerError {
  const unknown = unknownArguments(said, args);
  const [meant] = args.flatMap((each) => flagsElsewhere.get(each.split("=")[0] ?? "") ?? []);
  const hint = meant === undefined ? help : `${meant}; ${help}`;
  if (unknown === undefined) return new RunnerError("USAGE", inWords(said), { hint });
  const flags = unknown.filter((argument) => argument.startsWith("-"));
  const ofRun = flags.filter((flag) => command === "schedule" && knownFlags.includes(flag));
  if (ofRun.length > 0) {
    return new RunnerError("USAGE", `flags of \`run\` follow after --: ${ofRun.join(", ")}`, {
      hint: `write \`dataform schedule --cron … -- ${ofRun[0]} …\``,
    });
  }
  const near =
    meant === undefined ? flags.flatMap((flag) => nearestNames(flag, knownFlags, 1)) : [];
  return usageError(`unknown: ${unknown.join(", ")}`, near, hint);
}

/** Options of all commands that take several values. */
const lists = ["actions", "exclude", "tags", "output-actions", "output-tags"];

/** Throws USAGE for an option with one value that is given twice: the parser would make a list of both. */
export function refuseRepeated(args: readonly string[]): void {
  const seen = new Set<string>();
  for (const [index, argument] of args.entries()) {
    if (argument === "--") return;
    const [, name = "", joined] = /^--([a-z][a-z-]*)(=)?/.exec(argument) ?? [];
    const hasValue = joined !== undefined || /^[^-]/.test(args[index + 1] ?? "");
    if (name === "" || !hasValue || lists.includes(name)) continue;
    if (seen.has(name)) {
      const hint = name === "vars" ? "write --vars=a=1,b=2" : "leave out one of them";
      throw new RunnerError("USAGE", `--${name} is given twice, and it has one value`, { hint });
    }
    seen.add(name);
  }
}

type SelectingFlags = Parameters<typeof runConfigOf>[0] & { changedSince?: string | undefined };

/** Throws USAGE for flags of `run` that select nothing in any project, before one is compiled. */
export function refuseSelectingFlags(args: SelectingFlags): void {
  const only = args.changedSince === undefined ? {} : { only: [] };
  refuseWrongSelection({ ...runConfigOf(args), ...only });
}

const select = "actions are chosen by --actions";
const database = "the database is chosen by DATABASE_URL or --credentials";
const statement = 'the statement is the argument: dataform query "select 1"';
const file = 'a file is given as its text: dataform query "$(cat file.sql)"';

/** Flags of dbt and psql, and what there is here. */
const flagsElsewhere: ReadonlyMap<string, string> = new Map([
  ...["--select", "-s", "--models", "-m"].map((flag) => [flag, select] as const),
  ...["--target", "--profile", "--profiles-dir"].map((flag) => [flag, database] as const),
  ...[["-c", statement] as const, ["--command", statement] as const],
  ...[["-f", file] as const, ["--file", file] as const],
]);

/** Commands of dbt, and what they are called here. */
const commandsElsewhere: ReadonlyMap<string, string> = new Map([
  ["build", "run"],
  ["retry", "run --resume"],
  ["ls", "compile"],
  ["list", "compile"],
  ["deps", "install"],
  ["debug", "db status"],
  ["source", "freshness"],
]);

function inWords(said: string): string {
  return said.startsWith("Not enough non-option arguments") ? "an argument is missing" : said;
}

/** The `USAGE` error for a command that does not exist, with the nearest of those that do. */
export function noCommand(name: string, commands: readonly string[]): RunnerError {
  const known = commandsElsewhere.get(name);
  const near = known === undefined ? nearestNames(name, commands, 1) : [known];
  return usageError(`there is no command "${name}"`, near, "see `dataform --help`");
}

function usageError(message: string, near: readonly string[], help: string): RunnerError {
  const hint = near.length === 0 ? help : `did you mean ${near.join(", ")}? ${help}`;
  return new RunnerError("USAGE", message, { hint });
}

const knownFlags = Object.keys({ ...compileOptions, ...databaseOptions, ...runOptions }).map(
  (name) => `--${name}`,
);

/** yargs lists `--a-b` without its hyphens, and once more as `aB`. */
function unknownArguments(message: string, args: readonly string[]): string[] | undefined {
  const list = /^Unknown arguments?: (.*)$/s.exec(message)?.[1];
  if (list === undefined) return undefined;
  const names = list.split(", ");
  const twins = new Set(
    names.filter((name) => name.includes("-")).map((name) => withoutHyphens(name)),
  );
  return names.filter((name) => !twins.has(name)).map((name) => typed(name, args));
}

function withoutHyphens(name: string): string {
  return name.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());
}

function typed(name: string, args: readonly string[]): string {
  const flags = [`--${name}`, `-${name}`];
  return flags.find((flag) => args.some((each) => each.split("=")[0] === flag)) ?? name;
}
