import { JsonText, objectWriter } from "../values/canonical-json.ts";
import type { Case, Suite } from "./junit-suite.ts";

/**
 * What is kept of a case: without what it printed, which may be megabytes, and hold anything. Of cases of a
 * suite that say the same, each is written with its number: so their texts have to be asked for in their order.
 */
export function payloadOf(testCase: Case, suite: Suite | undefined): JsonText {
  return new JsonText(() => writtenPayload(testCase, suite));
}

function writtenPayload({ attributes, properties, results }: Case, suite?: Suite): JsonText {
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
