import { basename } from "node:path";
import { withoutPassword } from "../text/without-password.ts";

/**
 * Takes the arguments and the environment of this process and returns the command as it was typed, for the history: of
 * variables the names only, and no passwords.
 */
export function commandLine(argv: readonly string[], env: NodeJS.ProcessEnv): string {
  const [, program = "", ...args] = argv;
  const script = env.npm_lifecycle_event;
  const own = basename(program).replace(/\.[jt]s$/, "");
  // A script of package.json is known by its name, not by the file that it starts.
  const name = own.startsWith("dataform") || !script ? own : `npm run ${script} --`;
  const shown = args.map((arg, index) => {
    if (args[index - 1] === "--vars") return namesOf(arg);
    return arg.startsWith("--vars=") ? `--vars=${namesOf(arg.slice(7))}` : withoutPassword(arg);
  });
  return [name, ...shown.map(quoted)].join(" ");
}

function namesOf(vars: string): string {
  return vars
    .split(/(?<!\\),/)
    .map((pair) => pair.replace(/=.*$/s, "=***"))
    .join(",");
}

function quoted(arg: string): string {
  return /^[\w@%+=:,./*-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`;
}
