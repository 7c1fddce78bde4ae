import type { Argv } from "yargs";
import { RunnerError } from "../errors.ts";

/** What of the parser its types leave out. */
interface WithOptions {
  getOptions(): Record<"boolean" | "string" | "number" | "array", readonly string[]>;
}

/** For a parser: an option with a dot in its name has no parts. */
export const withoutParts = { "dot-notation": false };

/**
 * Has a parser refuse, as USAGE, a value of a switch that is neither `true` nor `false`: the parser itself takes each other
 * one for `false`, and `run --dry-run=1` ran. So it does with `--no-` before an option that takes a value, which would be
 * `false`. `--vars.env=x` is an unknown option, and not one with parts. `args`: its arguments.
 */
export function refuseSwitchValues(parser: Argv, args: readonly string[]): Argv {
  const check = () => {
    // By now the options of the command are known.
    const { boolean, string, number, array } = (parser as unknown as WithOptions).getOptions();
    const valued = [...string, ...number, ...array];
    const end = args.indexOf("--");
    for (const argument of end < 0 ? args : args.slice(0, end)) {
      refuseValue(argument, boolean);
      refuseNegation(argument, valued);
    }
  };
  return parser.parserConfiguration(withoutParts).middleware(check, true);
}

function refuseValue(argument: string, switches: readonly string[]): void {
  const [, written = "", value = ""] = /^--([\w-]+)=(.*)$/s.exec(argument) ?? [];
  const name = dashed(written);
  if (!switches.includes(name) || value === "true" || value === "false") return;
  throw new RunnerError(
    "USAGE",
    `--${name} is on or off, and ${JSON.stringify(value)} is neither true nor false`,
    { hint: `write --${name} or --no-${name}` },
  );
}

function refuseNegation(argument: string, valued: readonly string[]): void {
  const name = dashed(/^--no-([\w-]+)/.exec(argument)?.[1] ?? "");
  if (!valued.includes(name)) return;
  throw new RunnerError("USAGE", `there is no --no-${name}: --${name} takes a value`, {
    hint: `leave --${name} out`,
  });
}

/** The name of an option as it is written in the help: `dry-run` for `dryRun`. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
