import type { Argv } from "yargs";

/** What of the parser's inner life is used here; another version may have nothing of it. */
interface Internals {
  getInternalMethods?(): { getUsageInstance?(): { cacheHelpMessage?: () => void } };
}

/**
 * Keeps the parser from building the text of `--help` each time that a command runs, for the case that the command
 * asks for it in its course: none of ours does, and the text takes as long as a small compile.
 */
export function buildNoHelpAhead(parser: Argv): void {
  const usage = (parser as Internals).getInternalMethods?.().getUsageInstance?.();
  if (usage?.cacheHelpMessage) usage.cacheHelpMessage = () => undefined;
}
