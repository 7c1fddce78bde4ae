import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oneByFile } from "../support/one-by-file.ts";
import { type OwnServer, startOwnServer } from "../support/own-server.ts";
import { patienceMillis } from "../support/patience.ts";
import { testBinaries } from "../support/test-binaries.ts";
import { anyServer, type TestServer } from "../support/test-database.ts";
import { type FaultBench, openBench } from "./fault-bench.ts";
import {
  type Fault,
  type FaultPoint,
  faults,
  nameOfPoint,
  parsePoint,
  randomPoints,
  type Situation,
  serverFaults,
  situations,
  spreadPoints,
} from "./fault-points.ts";
import { countMessages, strike } from "./strike.ts";

// FAULT_KILLS=1000 tries so many points that FAULT_SEED decides; FAULT_POINT plays one again.
const kills = Number(process.env.FAULT_KILLS ?? 0);
const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
const replayed = process.env.FAULT_POINT;
const pointsOfEach = 6;
const pointsOfEachServer = 4;
const hours = 3_600_000;

let bench: FaultBench | undefined;
let messages: Record<Situation, number>;

async function prepare(server: TestServer, restart?: () => Promise<void>): Promise<void> {
  const opened: FaultBench = { ...(await openBench(server)), ...(restart && { restart }) };
  bench = opened;
  const counts = await Promise.all(situations.map((each) => countMessages(opened, each)));
  messages = { first: counts[0] ?? 0, next: counts[1] ?? 0 };
}

describe.each(anyServer())("a run on $name ends right in the next one", (server) => {
  beforeAll(() => prepare(server));
  afterAll(() => bench?.remove());

  it.each(faults)(
    "when the %s at any message",
    async (fault) => {
      expect(await failuresOf(pointsFor([fault]), 3)).toEqual([]);
    },
    kills ? hours : patienceMillis,
  );

  it(
    "when the runner is killed at any message of a run of what changed",
    async () => {
      const points = pointsFor(["runner is killed"]);
      expect(await failuresOf(points, 3, { isOfChanges: true })).toEqual([]);
    },
    kills ? hours : patienceMillis,
  );
});

describe.each(oneByFile(testBinaries()))("a run on a PostgreSQL $major of its own", (binaries) => {
  let own: OwnServer;

  beforeAll(async () => {
    own = await startOwnServer({ binaries, settings: "fsync = off\n" });
    const url = `postgres://postgres@/postgres?host=${own.socketFolder}`;
    await prepare({ name: `own ${binaries.major}`, url }, own.restartAtOnce);
  });
  afterAll(async () => {
    await bench?.remove();
    await own.remove();
  });

  it.each(serverFaults)(
    "ends right in the next one when the %s at any message",
    async (fault) => {
      // One at a time: all sessions of the server die with one of them.
      expect(await failuresOf(pointsFor([fault], pointsOfEachServer), 1)).toEqual([]);
    },
    kills ? hours : patienceMillis,
  );
});

function pointsFor(kinds: readonly Fault[], count = pointsOfEach): FaultPoint[] {
  if (replayed !== undefined) {
    return [parsePoint(replayed)].filter(({ fault }) => kinds.includes(fault));
  }
  if (kills === 0) return spreadPoints(count, messages, kinds);
  const parts = anyServer().length * (faults.length + serverFaults.length);
  process.stderr.write(`FAULT_SEED=${seed} FAULT_KILLS=${kills}: ${kinds.join(", ")}\n`);
  return randomPoints(Math.ceil(kills / parts), seed, messages, kinds);
}

/** Tries the points, some at the same time; returns what went wrong, each with its point. */
async function failuresOf(
  points: readonly FaultPoint[],
  atOnce: number,
  options: { isOfChanges?: boolean } = {},
): Promise<string[]> {
  if (bench === undefined) throw new Error("there is no server to try faults on");
  const tried = bench;
  const waiting = [...points];
  const failures: string[] = [];
  const work = async () => {
    for (let point = waiting.shift(); point !== undefined; point = waiting.shift()) {
      const failure = await strike(tried, point, options).catch((error: Error) => error);
      if (failure) failures.push(`FAULT_POINT="${nameOfPoint(point)}" ${textOf(failure)}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failures;
}

function textOf(failure: Error & { actual?: unknown }): string {
  return `${failure.message}\n${failure.actual ?? ""}`;
}
