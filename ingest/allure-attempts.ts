import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { InputFile } from "./files/list-files.ts";
import { countedAttempt, flakyBy } from "./formats/junit-attempts.ts";
import type { FileLoads } from "./load/file-loads.ts";
import type { Piece } from "./read/file-reader.ts";

/** What the result of a test in a file is beside other files of its folder. */
export type Attempt =
  /** A failed attempt of a test that was run again; `counted`: the file of the attempt that counts. */
  | { counted: string }
  /** The attempt that counts, of a test that was run again; `others`: how many others failed. */
  | { others: number };

const mostBytes = 4 * 1024 * 1024;
// longer than a suite lasts that runs its failed tests again at its end, and shorter than the time between two nights
const longestPauseMs = 6 * 3_600_000;

/**
 * Finds results of Allure that may be attempts of one test, by the names of their files: those of one folder and
 * `historyId` of which all but the last failed. A tool writes each attempt into a file of its own, in no order.
 */
export async function findAllureAttempts(
  files: readonly InputFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Attempt>> {
  const groups = new Map<string, Result[]>();
  for (const { name } of files) {
    if (!name.endsWith("-result.json")) continue;
    signal.throwIfAborted();
    const result = await resultIn(name);
    if (result === undefined) continue;
    const key = `${dirname(name)}\0${result.historyId}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(result);
  }
  return new Map([...groups.values()].flatMap(inLaunches).flatMap(attemptsOf));
}

interface Result {
  name: string;
  historyId: string;
  status: string;
  start: number;
  stop: number;
}

/** The result in a file; undefined for none that has an identity and a time. Reading it for good says what is wrong with it. */
async function resultIn(name: string): Promise<Result | undefined> {
  try {
    const found = await stat(name);
    // what is no file may be read once
    if (!found.isFile() || found.size > mostBytes) return undefined;
    const { historyId, status, start, stop } = JSON.parse(await readFile(name, "utf8"));
    const isKnown = typeof historyId === "string" && typeof status === "string";
    if (!isKnown || typeof start !== "number" || typeof stop !== "number") return undefined;
    return { name, historyId, status, start, stop };
  } catch {
    return undefined;
  }
}

/** Parts results of one test where a new launch began in the meantime. */
function inLaunches(results: readonly Result[]): Result[][] {
  const launches: Result[][] = [];
  for (const result of results.toSorted((one, other) => one.start - other.start)) {
    const before = launches.at(-1)?.at(-1);
    if (before && result.start - before.stop < longestPauseMs) launches.at(-1)?.push(result);
    else launches.push([result]);
  }
  return launches;
}

// as JUnit calls them
const statuses = new Map([
  ["passed", "passed"],
  ["failed", "failed"],
  ["broken", "error"],
]);

function attemptsOf(results: readonly Result[]): [string, Attempt][] {
  const counted = countedAttempt(results, ({ status }) => statuses.get(status) ?? null)?.name;
  if (counted === undefined) return [];
  const others = results.length - 1;
  return results.map(({ name }) => [name, name === counted ? { others } : { counted }]);
}

/** Loads the attempt of a test that counts, and notes the others. */
export function loadingCounted(
  loads: FileLoads,
  { others }: { others: number },
  isMerged: boolean,
): FileLoads {
  const what = `attempts of this test that failed, in other files: ${others}`;
  const note = isMerged ? what : `${what}; each counts, --merge-reruns counts the last one alone`;
  return {
    ...loads,
    load(report, pieces) {
      report.notes.push(note);
      return loads.load(report, isMerged ? flaky(pieces, others) : pieces);
    },
  };
}

async function* flaky(pieces: AsyncIterable<Piece[]>, others: number): AsyncGenerator<Piece[]> {
  for await (const group of pieces) {
    yield group.map(({ format, mapped }) => {
      const isPassed = mapped.kind === "test" && mapped.status === "passed";
      return { format, mapped: isPassed ? flakyBy(others, mapped) : mapped };
    });
  }
}
