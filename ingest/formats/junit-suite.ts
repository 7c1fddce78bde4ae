import { canonicalJson } from "../values/canonical-json.ts";
import { isEpochText, type Moment, readEpoch } from "../values/moment.ts";
import type { FormatContext } from "./format.ts";
import type { SuiteAttempts } from "./junit-attempts.ts";
import { isNanoseconds, type Result } from "./junit-outcome.ts";

/** The facts about the suite of a case. */
export interface Suite {
  attributes: Record<string, string>;
  properties: Record<string, string>;
  start: Moment | null;
  /** Its lengths are nanoseconds: as seconds, its own would be years. */
  isInNanoseconds: boolean;
  /** The names of the suite and of the suites around it, those that have one. */
  names: string[];
  /** The suite and the suites around it, as they are written into a payload. */
  payload: string;
  /** What the suite says of itself, outside of its cases. */
  results: Result[];
  /** How often the same payload has come in this suite, by the beginning of its hash. */
  seen: Map<string, number>;
  attempts: SuiteAttempts;
  /** How many cases it holds, those of the suites in it included, and how many of these failed at least once. */
  held: { cases: number; failing: number };
}

/** A test case as it is read. */
export interface Case extends Pick<Suite, "attributes" | "properties"> {
  results: Result[];
}

/** A suite that begins, with the suites around it, the innermost first. */
export function newSuite(
  attributes: Record<string, string>,
  around: readonly Suite[],
  context: FormatContext,
): Omit<Suite, "attempts"> {
  const named = [attributes, ...around.map((suite) => suite.attributes)];
  const payload = named.map(({ name, timestamp, hostname, id }) => ({
    name,
    timestamp,
    hostname,
    id,
  }));
  return {
    attributes,
    properties: {},
    names: named.flatMap(({ name }) => (name ? [name] : [])),
    start: readTime(attributes.timestamp, context),
    isInNanoseconds: named.some(({ time }) => isNanoseconds(time)),
    payload: canonicalJson(payload),
    results: [],
    seen: new Map(),
    held: { cases: 0, failing: 0 },
  };
}

/** What a suite says of itself, as a case. */
export function caseOf({ attributes: { name, time }, results }: Suite): Case {
  const said = { ...(name !== undefined && { name }), ...(time !== undefined && { time }) };
  return { attributes: said, properties: {}, results };
}

const noProperties: Record<string, string> = {};

/** The properties of a case and of the suites around it; the inner ones count. */
export function propertiesOf(testCase: Case, suites: readonly Suite[]): Record<string, string> {
  const around = suites.reduceRight(addProperties, noProperties);
  return addProperties(around, testCase);
}

function addProperties(all: Record<string, string>, { properties }: Pick<Suite, "properties">) {
  return Object.keys(properties).length === 0 ? all : { ...all, ...properties };
}

/** When a case began: by its own time, else by that of the innermost suite that has one. */
export function startOf(
  { attributes }: Case,
  suites: readonly Suite[],
  context: FormatContext,
): Moment | null {
  const own = readTime(attributes.timestamp, context);
  return own ?? suites.find(({ start }) => start !== null)?.start ?? null;
}

/** A time as text, or counted since 1970; null for no time. */
export function readTime(text: string | undefined, context: FormatContext): Moment | null {
  if (text === undefined) return null;
  return isEpochText(text) ? readEpoch(text) : context.readTime(text);
}
