import { noRecovery, type Outcome } from "../mapped.ts";
import { type Moment, readMoment } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import { hasKeys, isObject, plainText } from "../values/shape.ts";
import type { DocumentFormat } from "./format.ts";

/** The results of a Jepsen test; its name and time are those of its folder, or stand in the name of the file. */
export const jepsen: DocumentFormat = {
  name: "jepsen",
  recognise(document) {
    if (hasKeys(document, "type", "process", "f")) {
      return "an operation of a Jepsen history, which has no verdict: give results.edn";
    }
    return hasKeys(document, "valid?");
  },
  *map(document, context) {
    const results = document as Record<string, unknown>;
    const part = partIn.exec(context.path)?.[1];
    if (part !== undefined) {
      // the test's own results hold them, too
      const detail = `the results of the key ${part} alone, a part of those of the whole test`;
      yield { kind: "setAside", reason: "part_of_test", detail };
      return;
    }
    const { name, start } = folderOf(context.path);
    const at = start ?? context.start;
    const checkers = Object.entries(results).filter(([, value]) => hasKeys(value, "valid?"));
    const failed = checkers.filter(
      ([, value]) => hasKeys(value, "valid?") && value["valid?"] !== true,
    );
    const status = outcomeOf(results["valid?"]);
    const failedNames = failed.map(([checker]) => checker);
    const anomalies = anomaliesOf(results);
    yield {
      kind: "test",
      runId: name !== undefined && start !== null ? `${name}/${start}` : null,
      identity: { start: at, results },
      scenario: name ?? context.path.split("/").at(-1) ?? null,
      status,
      start: at,
      end: context.end ?? at,
      durationMs: null,
      error: status === "passed" ? null : redact(describe(failedNames, anomalies, results)),
      metadata: {
        checkers: checkers.map(([checker]) => checker),
        failed_checkers: failedNames,
        anomalies,
      },
      recovery: noRecovery,
      payload: results,
      hints: { ownName: name ?? null, title: name, tags: failedNames },
    };
  },
};

function outcomeOf(valid: unknown): Outcome {
  if (valid === true) return "passed";
  return valid === false ? "failed" : "inconclusive";
}

/**
 * `store/<test>/20241218T010101.810Z/results.edn`: the time stands nowhere else. Who copies the file writes its
 * folders into its name: `<test>-20241218T010101.810Z-results.edn`.
 */
function folderOf(path: string): { name: string | undefined; start: Moment | null } {
  const [, name, year, month, day, hour, minute, second, zone = "Z"] = timeInPath.exec(path) ?? [];
  if (year === undefined) {
    const name = /(?:^|\/)([^/]+)\/latest\/[^/]*$/.exec(path)?.[1];
    // `store/latest` is a link to the newest test of all
    return { name: name === "store" ? undefined : name, start: null };
  }
  return { name, start: readMoment(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`) };
}

/** Of a test of independent keys, Jepsen writes the results of each key into a folder, too. */
const partIn = /\/independent\/([^/]+)\/[^/]*$/;

const timeInPath =
  /(?:^|\/)([^/]+?)(?:\/|[-_. ]+)(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d+)?)(Z|[+-]\d{4})?(?:\/|[-_. ]+)[^/]*$/;

function anomaliesOf(results: Record<string, unknown>): string[] {
  const found = Object.values(results).flatMap((checker) =>
    isObject(checker) && Array.isArray(checker["anomaly-types"]) ? checker["anomaly-types"] : [],
  );
  return [...new Set(found.map(plainText))];
}

function describe(
  failed: string[],
  anomalies: string[],
  { error, cause }: Record<string, unknown>,
): string {
  const found = anomalies.length === 0 ? "" : `anomalies ${anomalies.join(", ")}`;
  const checkers =
    failed.length + anomalies.length === 0 ? "" : `checkers ${failed.join(", ") || "none"}`;
  // an analysis that crashed says why
  return [checkers, found, plainText(error ?? cause)].filter((part) => part !== "").join(", ");
}
