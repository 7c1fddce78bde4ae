import type { Mapped, MappedTest } from "../mapped.ts";

/** Test cases of one suite, of which some may be attempts of one test. */
export interface SuiteAttempts {
  /** Takes a case; gives whether it is kept until the suite ends. */
  keeps(attributes: Attributes, mapped: Mapped): boolean;
  /** Gives what was kept, without the attempts that do not count. */
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

type Attributes = Record<string, string>;

function countingSuite(counts: Counts): SuiteAttempts {
  const failed = new ByCase<true>();
  return {
    keeps(attributes, mapped) {
      if (failed.get(attributes)) counts.repeated += 1;
      else if (isFailing(mapped)) failed.set(attributes, true);
      return false;
    },
    end: () => [],
  };
}

function mergingSuite(counts: Counts): SuiteAttempts {
  const groups = new ByCase<MappedTest[]>();
  return {
    keeps(attributes, mapped) {
      const group = groups.get(attributes);
      if (mapped.kind !== "test" || !(group || isFailing(mapped))) return false;
      if (group) group.push(mapped);
      else groups.set(attributes, [mapped]);
      return true;
    },
    end: () => groups.all().flatMap((group) => mergeGroup(group, counts)),
  };
}

/** Values by the name, class and file of a case. Nearly every case is told from all others by its name. */
class ByCase<T> {
  readonly #byName = new Map<string | undefined, { attributes: Attributes; value: T }[]>();

  get({ name, classname, file }: Attributes): T | undefined {
    return this.#byName
      .get(name)
      ?.find((each) => each.attributes.classname === classname && each.attributes.file === file)
      ?.value;
  }

  set(attributes: Attributes, value: T): void {
    const same = this.#byName.get(attributes.name);
    if (same) same.push({ attributes, value });
    else this.#byName.set(attributes.name, [{ attributes, value }]);
  }

  all(): T[] {
    return [...this.#byName.values()].flat().map(({ value }) => value);
  }
}

function mergeGroup(cases: MappedTest[], counts: Counts): MappedTest[] {
  const others = cases.length - 1;
  const counted = countedAttempt(cases, ({ status }) => status);
  if (counted === undefined) {
    counts.repeated += others;
    return cases;
  }
  counts.merged += others;
  return [counted.status === "passed" ? flakyBy(others, counted) : counted];
}

/**
 * Of results in their order, the one that counts when they are attempts of one test; undefined when they are none. A test is
 * run again until it passes, so all but the last failed or had an error, and the last one passed, failed or had an error.
 */
export function countedAttempt<Result>(
  results: readonly Result[],
  statusOf: (result: Result) => string | null,
): Result | undefined {
  const last = results.at(-1);
  if (last === undefined || results.length < 2) return undefined;
  if (!results.slice(0, -1).every((each) => isFailure(statusOf(each)))) return undefined;
  if (statusOf(last) === "passed") return last;
  if (!isFailure(statusOf(last))) return undefined;
  // an attempt that could not run takes no failure back
  return results.findLast((each) => statusOf(each) === "failed") ?? last;
}

function isFailure(status: string | null): boolean {
  return status === "failed" || status === "error";
}

function isFailing(mapped: Mapped): boolean {
  return mapped.kind === "test" && isFailure(mapped.status);
}

/** A result that came after failed attempts. */
export function flakyBy(attempts: number, test: MappedTest): MappedTest {
  const before = Number(test.metadata?.flaky_results ?? 0);
  return { ...test, metadata: { ...test.metadata, flaky_results: before + attempts } };
}
