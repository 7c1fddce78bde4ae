import { FileRefused } from "../failure.ts";
import { type Mapped, noRecovery, type Recovery } from "../mapped.ts";
import { parseXml } from "../text/parse-xml.ts";
import { JsonText } from "../values/canonical-json.ts";
import { type Moment, plus } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import type { FormatContext } from "./format.ts";
import { findAttempts } from "./junit-attempts.ts";
import { addCounts, countCase, withoutCases } from "./junit-counts.ts";
import { isNanoseconds, messageOf, outcomeOf, type Result, readSeconds } from "./junit-outcome.ts";
import { payloadOf } from "./junit-payload.ts";
import {
  type Case,
  caseOf,
  newSuite,
  propertiesOf,
  readTime,
  type Suite,
  startOf,
} from "./junit-suite.ts";

const resultElements = /^(failure|error|skipped|ignored|warning|(flaky|rerun)(Failure|Error))$/;
const aboutAll = /^(testsuites|propert(ies|y)|system-(out|err)|failure|error)$/;
const keptText = 64 * 1024;

/** Reads a JUnit report piece by piece, one row for each test case. */
export function readJunit(context: FormatContext) {
  const suites: Suite[] = [];
  let testCase: Case | undefined;
  let result: Result | undefined;
  let property: { owner: Pick<Suite, "properties">; name: string } | undefined;
  let mapped: Mapped[] = [];
  const root = watchRoot();
  const attempts = findAttempts(context.mergesReruns ?? false);
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
  function closeSuite(): void {
    const suite = suites[0];
    if (suite === undefined) return;
    mapped.push(...suite.attempts.end());
    if (suite.results.length > 0) {
      // a suite that could not start has no case that says so
      const own = caseOf(suite);
      const read = mapCase(own, suites, context);
      countCase(own, read, suite);
      mapped.push(read);
    }
    mapped.push(...withoutCases(suite));
    suites.shift();
    addCounts(suite, suites[0]);
  }
  const events = {
    open(tag: string, attributes: Record<string, string>) {
      const name = localName(tag);
      const isSuite = name === "testsuites" || name === "testsuite";
      root.open(tag, name);
      result = undefined;
      if (isSuite) {
        const suite = newSuite(attributes, suites, context);
        suites.unshift({ ...suite, attempts: attempts.openSuite() });
      } else if (name === "testcase") {
        testCase = { attributes, properties: {}, results: [] };
      } else openPart(name, attributes, testCase ?? suites[0]);
    },
    close(tag: string) {
      const name = localName(tag);
      if (name === "testsuites" || name === "testsuite") {
        closeSuite();
        root.close();
      } else if (name === "testcase" && testCase) {
        const read = mapCase(testCase, suites, context);
        countCase(testCase, read, suites[0]);
        if (!suites[0]?.attempts.keeps(testCase.attributes, read)) mapped.push(read);
        testCase = undefined;
      }
      result = undefined;
      property = undefined;
    },
    text(text: string) {
      if (result && result.text.length < keptText) result.text += text.slice(0, keptText);
      if (property) property.owner.properties[property.name] += text.trim().slice(0, keptText);
    },
  };
  const take = () => {
    const taken = mapped;
    mapped = [];
    return taken;
  };
  return { ...parseXml(events, "testcase"), take, notes: attempts.notes };
}

/** Throws for a root that is none of JUnit, and for one of suites that holds parts of another tool in their place. */
function watchRoot() {
  let root: string | undefined;
  let foreign: string | undefined;
  let hasSuite = false;
  return {
    open(tag: string, name: string) {
      const isSuite = name === "testsuites" || name === "testsuite";
      if (root === undefined && !isSuite) throw notJunit(tag);
      hasSuite ||= name === "testsuite" || name === "testcase";
      if (root !== undefined && !hasSuite && !aboutAll.test(name)) foreign ??= tag;
      root ??= tag;
    },
    close() {
      if (!hasSuite && foreign !== undefined) throw notJunit(root ?? "", foreign);
    },
  };
}

function notJunit(root: string, inside?: string): FileRefused {
  return new FileRefused(
    `XML, but no JUnit report: its root is <${root}>${inside ? ` with <${inside}>` : ""}`,
    "Most test tools can write JUnit XML.",
  );
}

/** The name of an element without the prefix of its namespace. */
function localName(tag: string): string {
  const colon = tag.indexOf(":");
  return colon < 0 ? tag : tag.slice(colon + 1);
}

function mapCase(testCase: Case, suites: readonly Suite[], context: FormatContext): Mapped {
  const { attributes, results } = testCase;
  const { name, classname } = attributes;
  const length = readSeconds(attributes.time);
  if (length === undefined) {
    const detail = `test case ${name}: time is no number of seconds: ${attributes.time}`;
    return { kind: "setAside", reason: "bad_value", detail };
  }
  const isNano = suites[0]?.isInNanoseconds || isNanoseconds(attributes.time);
  const durationMs = isNano ? length / 1e9 : length;
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
        ? new JsonText(() => `{"payload":${payload.text},"start":${JSON.stringify(start)}}`)
        : payload,
    scenario: name ?? null,
    status,
    start,
    end: plus(start, durationMs),
    durationMs,
    error: status === "passed" ? null : redact(messageOf(results)),
    metadata: metadataOf(testCase, suites[0], suiteNames[0]),
    recovery: recoveryOf(properties, start, context),
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

/** From properties that a suite may record: `recovery_seconds`, and `fault_at` when it is known. */
function recoveryOf(
  properties: Record<string, string>,
  start: Moment | null,
  context: FormatContext,
): Recovery {
  const { recovery_seconds: seconds, fault_at } = properties;
  const recoveryMs = /^\d[\d.,]*$/.test(seconds ?? "") ? readSeconds(seconds) : undefined;
  if (recoveryMs === undefined) return noRecovery;
  const faultAt = readTime(fault_at, context) ?? start;
  const recoveredAt = plus(faultAt, recoveryMs);
  return { ...noRecovery, faultAt, recoveredAt, isRecovered: true, recoveryBasis: "measured" };
}
