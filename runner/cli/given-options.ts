import type { ProjectOverrides } from "../compile/compile-project.ts";
import { RunnerError } from "../errors.ts";
import type { RunConfig } from "../plan/run-config.ts";
import { refuseRawVars } from "./variables.ts";

interface SelectionArguments {
  actions?: string[] | undefined;
  exclude?: string[] | undefined;
  tags?: string[] | undefined;
  assertions: boolean;
  includeDeps: boolean;
  includeDependents: boolean;
  fullRefresh: boolean;
  changed: boolean;
}

/** The selection, for `runProject` and `validateProject`. */
export function runConfigOf(args: SelectionArguments): RunConfig {
  return {
    actions: listOf(args.actions, "--actions"),
    tags: listOf(args.tags, "--tags"),
    exclude: listOf(args.exclude, "--exclude"),
    assertions: args.assertions,
    includeDependencies: args.includeDeps,
    includeDependents: args.includeDependents,
    fullRefresh: args.fullRefresh,
    ...(args.changed && { changed: true }),
  };
}

interface CompileArguments {
  defaultDatabase?: string | undefined;
  defaultSchema?: string | undefined;
  defaultLocation?: string | undefined;
  assertionSchema?: string | undefined;
  databaseSuffix?: string | undefined;
  schemaSuffix?: string | undefined;
  tablePrefix?: string | undefined;
  vars?: Record<string, string> | undefined;
  defaultReservation?: string | undefined;
  disableAssertions?: boolean | undefined;
  allowRawVars?: boolean | undefined;
  timeout?: number | undefined;
}

/** What was given for the compile, for `compileProject`: the overrides, and the time limit in milliseconds. */
export function compileArgumentsOf(args: CompileArguments) {
  return { overrides: overridesOf(args), timeoutMillis: args.timeout };
}

/** The overrides that were given; as in Dataform, an empty one leaves the setting of the project as it is. */
export function overridesOf(args: CompileArguments): ProjectOverrides {
  const { defaultDatabase, defaultSchema, defaultLocation, assertionSchema } = args;
  const { databaseSuffix, schemaSuffix, tablePrefix, vars } = args;
  const { defaultReservation, disableAssertions } = args;
  if (!args.allowRawVars) refuseRawVars(vars ?? {});
  const all = {
    ...{ defaultDatabase, defaultSchema, defaultLocation, assertionSchema },
    ...{ databaseSuffix, schemaSuffix, tablePrefix, vars, defaultReservation, disableAssertions },
  };
  const isGiven = ([, value]: [string, unknown]) => value !== undefined && value !== "";
  return Object.fromEntries(Object.entries(all).filter(isGiven));
}

/**
 * Repeated and comma-separated values of an option as one list; empty where the option was not given. Throws USAGE for an
 * option that names nothing, as with a variable that is not set: without it, everything would be meant.
 */
export function listOf(values: readonly string[] | undefined, flag: string): string[] {
  const list = (values ?? []).flatMap((value) => value.split(",")).filter((value) => value !== "");
  if (values === undefined || list.length > 0) return list;
  throw new RunnerError("USAGE", `${flag} names nothing`, {
    hint: `name what is meant, or leave ${flag} out`,
  });
}
