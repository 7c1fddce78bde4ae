import { FileRefused } from "../failure.ts";
import { type Mapped, noRecovery, type Recovery } from "../mapped.ts";
import { parseXml } from "../text/xml-events.ts";
import { canonicalJson, JsonText, objectWriter } from "../values/canonical-json.ts";
import { type Moment, plus, readEpochSeconds, readMoment } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import type { FormatContext } from "./format.ts";
import { messageOf, outcomeOf, type Result, readSeconds } from "./junit-outcome.ts";

/** The facts about the suite of a case. */
interface Suite {
  attributes: Record<string, string>;
  properties: Record<string, string>;
  start: Moment | null;
  /** The names of the suite and of the suites around it, those that have one. */
  names: string[];
  /** The suite and the suites around it, as they are written into a payload. */
  payload: string;
  /** What the suite says of itself, outside of its cases. */
  results: Result[];
  /** How often the same payload has come in this suite, by the beginning of its hash. */
  seen: Map<string, number>;
}

interface Case extends Pick<Suite, "attributes" | "properties"> {
  results: Result[];
}

const resultElements = /^(failure|error|skipped|ignored|(flaky|rerun)(Failure|Error))$/;
const keptText = 64 * 1024;

/** Reads a JUnit report piece by piece, one row for each test case. */
export function readJunit(context: FormatContext) {
  const suites: Suite[] = [];
  let testCase: Case | undefined;
  let result: Result | undefined;
  let property: { owner: Pick<Suite, "properties">; name: string } | undefined;
  let mapped: Mapped[] = [];
  let isRoot = true;
  function openPart(name: string, attributes: Record<string, string>, owner: Case | undefined) {
    if (owner === undefined) return;
    if (name === "property" && attributes.name !== undefined) {
      owner.properties[attributes.name] = attributes.value ?? "";
      if (attributes.value === undefined) property = { owner, name: attributes.name };
    } else if (resultElements.test(name)) {
      result = { element: name, message: attributes.message, text: "" };
      owner.results.push(result);
    }
  }
  const feed = parseXml({
    open(tag, attributes) {
      const name = localName(tag);
      const isSuite = name === "testsuites" || name === "testsuite";
      if (isRoot && !isSuite) throw notJunit(tag);
      isRoot = false;
      result = undefined;
      if (isSuite) suites.unshift(newSuite(attributes, suites, context));
      else if (name === "testcase") testCase = { attributes, properties: {}, results: [] };
      else openPart(name, attributes, testCase ?? suites[0]);
    },
    close(tag) {
      const name = localName(tag);
      if (name === "testsuites" || name === "testsuite") {
        const [suite] = suites;
        // a suite that could not start has no case that says so
        if (suite?.results.length) mapped.push(mapCase(caseOf(suite), suites, context));
        suites.shift();
      } else if (name === "testcase" && testCase) {
        mapped.push(mapCase(testCase, suites, context));
        testCase = undefined;
      }
      result = undefined;
      property = undefined;
    },
    text(text) {
      if (result && result.text.length < keptText) result.text += text.slice(0, keptText);
      if (property) property.owner.properties[property.name] += text.trim().slice(0, keptText);
    },
  });
  const take = () => {
    const taken = mapped;
    mapped = [];
    return taken;
  };
  return { ...feed, take };
}

function newSuite(
  attributes: Record<string, string>,
  around: readonly Suite[],
  { readTime }: FormatContext,
): Suite {
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
    start: readStart(attributes.timestamp, readTime),
    payload: canonicalJson(payload),
    results: [],
    seen: new Map(),
  };
}

function notJunit(root: string): FileRefused {
  return new FileRefused(
    `XML, but no JUnit report: its root is <${root}>`,
    "Most test tools can write JUnit XML.",
  );
}

/** The name of an element without the prefix of its namespace. */
function localName(tag: string): string {
  return tag.slice(tag.indexOf(":") + 1);
}

function caseOf({ attributes: { name, time }, results }: Suite): Case {
  const said = { ...(name !== undefined && { name }), ...(time !== undefined && { time }) };
  return { attributes: said, properties: {}, results };
}

/** A time as text, or as seconds or milliseconds since 1970 in as many digits as those have today. */
function readStart(text: string | undefined, readTime: FormatContext["readTime"]): Moment | null {
  if (text === undefined) return null;
  if (!/^\s*\d{10}(\d{3}|\.\d+)?\s*$/.test(text)) return readTime(text);
  const number = Number(text);
  return readEpochSeconds(number > 1e11 ? number / 1000 : number);
}

function mapCase(testCase: Case, suites: readonly Suite[], context: FormatContext): Mapped {
  const { attributes, results } = testCase;
  const { name, classname } = attributes;
  const durationMs = readSeconds(attributes.time);
  if (durationMs === undefined) {
    const detail = `test case ${name}: time is no number of seconds: ${attributes.time}`;
    return { kind: "setAside", reason: "bad_value", detail };
  }
  const payload = payloadOf(testCase, suites[0]);
  const stated = startOf(testCase, suites, context);
  const start = stated ?? context.start;
  const status = outcomeOf(attributes, results);
  const suiteNames = suites[0]?.names ?? [];
  const properties = propertiesOf(testCase, suites);
  return {
    kind: "test",
    runId: null,
    identity:
      stated === null
        ? new JsonText(`{"payload":${payload.text},"start":${JSON.stringify(start)}}`)
        : payload,
    scenario: name ?? null,
    status,
    start,
    end: plus(start, durationMs),
    durationMs,
    error: status === "passed" ? null : redact(messageOf(results)),
    metadata: metadataOf(testCase, suites[0], suiteNames[0]),
    recovery: recoveryOf(properties, start),
    payload,
    hints: {
      ownName:
        properties.app ||
        properties.application ||
        properties.service ||
        suiteNames[0] ||
        classname ||
        null,
      title: name,
      namespace: classname,
      labels: properties,
      tags: suiteNames,
    },
  };
}

let lastMetadata: Record<string, unknown> = {};

/** Nearly every case has the metadata of the case before, which then are the same object. */
function metadataOf({ attributes, results }: Case, suite?: Suite, suiteName?: string) {
  const { classname, file } = attributes;
  const hostname = suite?.attributes.hostname;
  const isFlaky = ({ element }: Result) => element.startsWith("flaky");
  const flaky = results.length === 0 ? undefined : results.filter(isFlaky).length || undefined;
  const last = lastMetadata;
  const isSame =
    last.suite === suiteName &&
    last.classname === classname &&
    last.file === file &&
    last.hostname === hostname &&
    last.flaky_results === flaky;
  if (!isSame) {
    lastMetadata = { suite: suiteName, classname, file, hostname, flaky_results: flaky };
  }
  return lastMetadata;
}

const noProperties: Record<string, string> = {};

/** The properties of a case and of the suites around it; the inner ones count. */
function propertiesOf(testCase: Case, suites: readonly Suite[]): Record<string, string> {
  let all = noProperties;
  for (const { properties } of [testCase, ...suites].reverse()) {
    if (Object.keys(properties).length > 0) all = { ...all, ...properties };
  }
  return all;
}

function startOf(
  { attributes }: Case,
  suites: readonly Suite[],
  { readTime }: FormatContext,
): Moment | null {
  const own = readStart(attributes.timestamp, readTime);
  return own ?? suites.find(({ start }) => start !== null)?.start ?? null;
}

/** From properties that a suite may record: `recovery_seconds`, and `fault_at` when it is known. */
function recoveryOf(properties: Record<string, string>, start: Moment | null): Recovery {
  const { recovery_seconds: seconds, fault_at } = properties;
  if (seconds === undefined || !/^\d+(\.\d+)?$/.test(seconds)) return noRecovery;
  const faultAt = readMoment(fault_at) ?? start;
  const recoveredAt = plus(faultAt, Number(seconds) * 1000);
  return { ...noRecovery, faultAt, recoveredAt, isRecovered: true, recoveryBasis: "measured" };
}

// Without what the case printed: that may be megabytes, and hold anything.
function payloadOf({ attributes, properties, results }: Case, suite: Suite | undefined): JsonText {
  const said = `"suites":${suite?.payload ?? "[]"},"testcase":${written(attributes, properties, results)}}`;
  const payload = new JsonText(`{${said}`);
  // of short texts and not of the cases: a suite may have millions
  const name = payload.hash.slice(0, 12);
  const occurrence = (suite?.seen.get(name) ?? 0) + 1;
  suite?.seen.set(name, occurrence);
  return occurrence === 1 ? payload : new JsonText(`{"occurrence":${occurrence},${said}`);
}

const noResults = new JsonText("[]");

let last: { keys: readonly string[]; write: ReturnType<typeof objectWriter> } | undefined;

/** A case as canonical JSON. Nearly every case has the attributes of the case before. */
function written(attributes: Case["attributes"], properties: object, results: object[]): string {
  const keys = Object.keys(attributes);
  const isSame =
    keys.length === last?.keys.length && keys.every((key, index) => key === last?.keys[index]);
  if (!isSame || last === undefined) {
    last = { keys, write: objectWriter([...keys, "properties", "results"]) };
  }
  const said = results.length === 0 ? noResults : JsonText.of(results);
  return last.write([...Object.values(attributes), JsonText.of(properties), said]).text;
}
