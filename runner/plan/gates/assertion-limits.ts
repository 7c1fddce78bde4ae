import type { CompiledAssertion, CompiledGraph } from "../../compile/compiled-graph.ts";
import { freshnessRule, freshSources, staleCondition } from "../../compile/freshness.ts";
import type {
  AssertionLimit,
  AssertionSettings,
} from "../../compile/settings/assertion-settings.ts";
import type { FreshnessSettings } from "../../compile/settings/freshness-settings.ts";
import { type Target, targetKey } from "../../target.ts";
import type { AssertionRule, AssertionTask } from "../execution-graph.ts";

/** The part of an assertion's task that says when it fails. */
export type AssertionLimits = Pick<AssertionTask, "limits" | "newRows" | "percentOf"> &
  Partial<Pick<AssertionTask, "rule" | "usual">>;

/**
 * Takes a compiled graph and returns a function that gives the limits of its assertions: from the
 * `postgres` block of an assertion, or from `postgres.assertions` of the table that it belongs to.
 */
export function assertionLimitsIn(
  compiled: CompiledGraph,
): (assertion: CompiledAssertion) => AssertionLimits {
  const settings = new Map(
    (compiled.tables ?? []).flatMap((table) => {
      const { assertions } = table.settings ?? {};
      return assertions ? [[targetKey(table.target), assertions] as const] : [];
    }),
  );
  const sources = new Map(
    freshSources(compiled).map((source) => [targetKey(source.target), source.freshness]),
  );
  return (assertion) => {
    const { parentAction, freshnessOf } = assertion;
    const freshness = freshnessOf && sources.get(targetKey(freshnessOf));
    if (freshness) return limitsOfFreshness(freshness);
    if (!parentAction) return ownLimits(assertion);
    const ofTable = settings.get(targetKey(parentAction));
    if (!ofTable) return {};
    if (assertion.isUsualRows) return usualRowsOf(parentAction, ofTable);
    const limits = limitsOf(assertion, ofTable);
    return { limits, percentOf: parentAction, ...newRowsOf(assertion, limits) };
  };
}

function ownLimits(assertion: CompiledAssertion): AssertionLimits {
  const { limit } = assertion.settings ?? {};
  const [only, ...others] = assertion.dependencyTargets ?? [];
  const percentOf = only && others.length === 0 ? { percentOf: only } : {};
  return limit ? { limits: [limit], ...percentOf } : {};
}

function usualRowsOf(table: Target, { usualRows: usual }: AssertionSettings): AssertionLimits {
  if (!usual) return {};
  const { severity, deviations, lastRuns } = usual;
  const rule = `usualRows (${deviations} deviations, last ${lastRuns} runs)`;
  return { limits: [{ severity }], percentOf: table, usual, rule };
}

function limitsOfFreshness(freshness: FreshnessSettings): AssertionLimits {
  const { warnAfter, errorAfter } = freshness;
  const limits: AssertionRule[] = [
    ...(warnAfter ? [{ severity: "warn" as const, conditions: [staleCondition(warnAfter)] }] : []),
    ...(errorAfter
      ? [{ severity: "error" as const, conditions: [staleCondition(errorAfter)] }]
      : []),
  ];
  return { limits, rule: freshnessRule(freshness) };
}

/** The conditions of a built-in assertion, as its column `failing_row_condition` holds them. */
export function rowConditionsOf({ rule }: CompiledAssertion): string[] {
  return rule && "conditions" in rule ? rule.conditions : [];
}

/** The columns of a built-in assertion of a unique key, as SQL; undefined for one of conditions. */
export function uniqueKeyOf({ rule }: CompiledAssertion): string | undefined {
  return rule && "uniqueKey" in rule ? rule.uniqueKey.join(", ") : undefined;
}

// What a part of an assertion wants of all rows, the whole of it is checked on.
function newRowsOf(
  assertion: CompiledAssertion,
  limits: readonly AssertionRule[],
): Pick<AssertionTask, "newRows"> {
  if (limits.some(({ rows }) => rows !== "new")) return {};
  const key = uniqueKeyOf(assertion);
  return { newRows: key === undefined ? {} : { key } };
}

/** Core puts `nonNull` and `rowConditions` into one assertion. */
function limitsOf(assertion: CompiledAssertion, settings: AssertionSettings): AssertionRule[] {
  const conditions = rowConditionsOf(assertion);
  if (conditions.length === 0) return [settings.uniqueKey];
  const isNonNull = (condition: string) =>
    /^("(?:[^"]|"")+"|[\w$.]+) IS NOT NULL$/u.test(condition);
  const { nonNull, rowConditions } = settings;
  if (isSame(nonNull, rowConditions) || conditions.every(isNonNull)) return [nonNull];
  if (!conditions.some(isNonNull)) return [rowConditions];
  return [
    { ...nonNull, conditions: conditions.filter(isNonNull) },
    { ...rowConditions, conditions: conditions.filter((text) => !isNonNull(text)) },
  ];
}

function isSame(a: AssertionLimit, b: AssertionLimit): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
