import { type Field, isEmpty, saysNothing } from "./canonical-fields.ts";
import type { FormatContext } from "./format.ts";

/**
 * What reads the outcome of a test whose row has several columns for it; it gives undefined where no other column than
 * one says anything. A verdict (`Test result`, `Passed`) counts before a status, which may only say that the test ended.
 */
export function outcomeReader(
  fields: readonly Field[],
  context: FormatContext,
): (values: readonly unknown[]) => string | undefined {
  const passed = fields.filter(({ name }) => name === "passed");
  const words = fields.filter(({ name }) => name === "status");
  if (passed.length + words.length < 2) return () => undefined;
  const verdicts = words.filter(({ isStatus }) => !isStatus);
  const statuses = words.filter(({ isStatus }) => isStatus);
  return (values) => {
    const said = (columns: readonly Field[]) => saidIn(columns, values, context);
    return outcomeOf(said(verdicts), said(passed), said(statuses));
  };
}

/** The texts in columns of a row, without those that say nothing. */
function saidIn(columns: readonly Field[], values: readonly unknown[], context: FormatContext) {
  return columns.flatMap(({ index, readValue }) => {
    const value = values[index];
    const text = isEmpty(value) || saysNothing(value) ? null : readValue(value, context);
    return typeof text === "string" ? [text] : [];
  });
}

/** The text that counts. A test that one column calls passed and another one failed has failed. */
function outcomeOf(verdicts: string[], passed: string[], statuses: string[]): string | undefined {
  // `passed` may be false for each test that is not passed, of which the status says more
  const reasons = passed.includes("failed") ? statuses.filter((text) => unfinished.test(text)) : [];
  const said = [...verdicts, ...reasons, ...passed, ...statuses];
  const first = said.find((text) => !isDescription(text)) ?? said[0];
  return first !== undefined && good.test(first)
    ? (said.find((text) => bad.test(text)) ?? first)
    : first;
}

// words of includes/outcomes.js, with the marks around them
const good = /^[^\p{L}\p{N}!]*(passed|pass|success|succeeded|successful|ok)[^\p{L}\p{N}]*$/iu;
const bad =
  /^\W*(fail(ed|ure)?|unsuccessful|not\s+(passed|ok)|nok|ko|error(ed)?|crashed)\b(?![\s-]*over)/i;
const unfinished =
  /^\W*(error(ed)?|aborted|interrupted|stopped|cancell?ed|timeout|timed\s+out|crashed|skip(ped)?|ignored|not\s+(run|tested)|inconclusive|unknown|undetermined|partial|running|pending|in[\s_]+progress|started)\W*$/i;

/** People also describe in `Outcome` what happened; no word for an outcome has more than three words. */
function isDescription(text: string): boolean {
  return !bad.test(text) && text.trim().split(/\s+/).length > 3;
}
