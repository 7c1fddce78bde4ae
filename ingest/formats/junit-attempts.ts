import type { Mapped, MappedTest } from "../mapped.ts";

/** Test cases of one suite, of which some may be attempts of one test. */
export interface SuiteAttempts {
  /** Takes a case, named by `key` within its suite; gives those of which all is known. */
  add(key: string, mapped: Mapped): Mapped[];
  /** Gives the others, when the suite ends. */
  end(): Mapped[];
}

/**
 * Finds test cases of one name in a suite of which all but the last failed, as tools write the attempts of a test that is
 * run again. Cases with parameters or repetitions look the same, so each counts; with `isMerged` the last one alone.
 */
export function findAttempts(isMerged: boolean) {
  const counts = { repeated: 0, merged: 0 };
  const openSuite = () => (isMerged ? mergingSuite(counts) : countingSuite(counts));
  /** What to say of the whole file. */
  function notes(): string[] {
    const { repeated, merged } = counts;
    const why = isMerged
      ? "these are no attempts of one test, which ends when it passes"
      : "where they are attempts of one test, --merge-reruns counts the last one alone";
    const ofMerged = `attempts of tests that were run again, beside the last ones that count: ${merged}`;
    const ofRepeated = `test cases named like one of their suite that failed before: ${repeated}; ${why}`;
    return [...(merged > 0 ? [ofMerged] : []), ...(repeated > 0 ? [ofRepeated] : [])];
  }
  return { openSuite, notes };
}

interface Counts {
  /** Cases that came after a failing one of their name, and count beside it. */
  repeated: number;
  /** Attempts that do not count, since a later one does. */
  merged: number;
}

function countingSuite(counts: Counts): SuiteAttempts {
  const failed = new Set<string>();
  return {
    add(key, mapped) {
      if (failed.has(key)) counts.repeated += 1;
      else if (isFailing(mapped)) failed.add(key);
      return [mapped];
    },
    end: () => [],
  };
}

function mergingSuite(counts: Counts): SuiteAttempts {
  const groups = new Map<string, MappedTest[]>();
  return {
    add(key, mapped) {
      const group = groups.get(key);
      if (mapped.kind !== "test" || !(group || isFailing(mapped))) return [mapped];
      if (group) group.push(mapped);
      else groups.set(key, [mapped]);
      return [];
    },
    end: () => [...groups.values()].flatMap((group) => mergeGroup(group, counts)),
  };
}

function mergeGroup(cases: MappedTest[], counts: Counts): MappedTest[] {
  const [last, earlier] = [cases.at(-1), cases.slice(0, -1)];
  if (last === undefined || earlier.length === 0) return cases;
  const isPassed = last.status === "passed";
  if (earlier.every(isFailing) && (isPassed || isFailing(last))) {
    counts.merged += earlier.length;
    if (isPassed) return [flakyBy(earlier.length, last)];
    // an attempt that could not run takes no failure back
    return [cases.findLast(({ status }) => status === "failed") ?? last];
  }
  counts.repeated += earlier.length;
  return cases;
}

function isFailing(mapped: Mapped): boolean {
  return mapped.kind === "test" && (mapped.status === "failed" || mapped.status === "error");
}

/** A result that came after failed attempts. */
export function flakyBy(attempts: number, test: MappedTest): MappedTest {
  const before = Number(test.metadata?.flaky_results ?? 0);
  return { ...test, metadata: { ...test.metadata, flaky_results: before + attempts } };
}
