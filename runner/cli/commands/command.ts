import type { Argv } from "yargs";

/** Called by a command's handler with the work to do; the work returns the exit code. */
export type Finish = (work: () => Promise<number>) => Promise<void>;

/** Adds one command to the parser. */
export type AddCommand = (parser: Argv, finish: Finish) => Argv;
