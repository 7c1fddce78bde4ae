import { RunnerError } from "../errors.ts";
import { ask, canAsk } from "./ask.ts";

/**
 * Lets a person agree to what destroys or replaces something: by `--yes`, or on a terminal by a word.
 * Throws USAGE, with what it would do, when nobody has agreed.
 */
export async function confirm(what: string, yes: boolean): Promise<void> {
  if (yes) return;
  const answer = canAsk() ? await ask(`${what}. Type yes to do it`) : "";
  if (answer === "yes") return;
  throw new RunnerError("USAGE", `${what}; nothing was done`, { hint: "add --yes to do it" });
}
