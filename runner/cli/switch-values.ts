import type { Argv } from "yargs";
import { RunnerError } from "../errors.ts";

/** What of the parser its types leave out. */
interface WithOptions {
  getOptions(): { boolean: readonly string[] };
}

/**
 * Has a parser refuse, as USAGE, a value of a switch that is neither `true` nor `false`: the parser itself takes each other
 * one for `false`, and `run --dry-run=1` ran. `args`: its arguments.
 */
export function refuseSwitchValues(parser: Argv, args: readonly string[]): Argv {
  const check = () => {
    // By now the options of the command are known.
    const { boolean: switches } = (parser as unknown as WithOptions).getOptions();
    const end = args.indexOf("--");
    for (const argument of end < 0 ? args : args.slice(0, end)) refuseValue(argument, switches);
  };
  return parser.middleware(check, true);
}

function refuseValue(argument: string, switches: readonly string[]): void {
  const [, written = "", value = ""] = /^--([\w-]+)=(.*)$/s.exec(argument) ?? [];
  const name = written.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (!switches.includes(name) || value === "true" || value === "false") return;
  throw new RunnerError(
    "USAGE",
    `--${name} is on or off, and ${JSON.stringify(value)} is neither true nor false`,
    { hint: `write --${name} or --no-${name}` },
  );
}
