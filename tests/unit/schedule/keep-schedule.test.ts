import { describe, expect, it } from "vitest";
import { cronTimes } from "../../../runner/schedule/cron-times.ts";
import {
  type Attempt,
  keepSchedule,
  type Outcome,
  type Schedule,
  type ScheduleEvent,
  type ScheduleMemory,
} from "../../../runner/schedule/keep-schedule.ts";

const minute = 60_000;
const well: Outcome = { status: "successful", mayPass: false };
const failed: Outcome = { status: "failed", mayPass: true };

/** What happens in a run at a time of the false clock. */
interface Night {
  cron?: string;
  timeZone?: string;
  from: string;
  until: string;
  memory?: ScheduleMemory;
  retries?: number;
  /** Takes the number of the run, counted from 0; returns its end and how long it takes. */
  run?: (index: number, clock: { set: (time: string) => void }) => [Outcome, number];
  /** Called before the state is stored. */
  store?: () => void;
  /** Called each time that the schedule sleeps. */
  asleep?: (clock: { now: Date; set: (time: string) => void }) => void;
}

/** Keeps a schedule on a fast clock; returns the runs, the events and the state. */
async function keep(night: Night) {
  let now = new Date(night.from);
  const stop = new AbortController();
  const set = (time: string) => {
    now = new Date(time);
  };
  const pass = (millis: number) => {
    now = new Date(now.getTime() + millis);
    if (now >= new Date(night.until)) stop.abort();
  };
  const runs: { at: string; attempt: Attempt }[] = [];
  const events: ScheduleEvent[] = [];
  let memory = night.memory;
  const schedule: Schedule = {
    nextAfter: cronTimes(night.cron ?? "17 1 * * *", night.timeZone ?? "UTC"),
    clock: {
      now: () => now,
      sleep: async (millis) => {
        night.asleep?.({ now, set });
        pass(millis);
      },
    },
    recall: () => memory,
    remember: (kept) => {
      night.store?.();
      memory = kept;
    },
    run: async (attempt) => {
      const index = runs.length;
      runs.push({ at: now.toISOString(), attempt });
      const [outcome, millis] = night.run?.(index, { set }) ?? [well, minute];
      pass(millis);
      return stop.signal.aborted && outcome === well
        ? { status: "cancelled", mayPass: false }
        : outcome;
    },
    newRunId: () => `run ${runs.length}`,
    retries: night.retries ?? 3,
    retryPauseMillis: minute,
    tell: (event) => void events.push(event),
    stop: stop.signal,
  };
  await keepSchedule(schedule);
  return { times: runs.map(({ at }) => at.slice(0, 16)), runs, events, memory };
}

describe("a schedule", () => {
  it("runs at each of its times, and not when it is started", async () => {
    const { times, memory } = await keep({
      ...{ from: "2026-03-01T12:00:00Z", until: "2026-03-04T12:00:00Z" },
    });
    expect(times).toEqual(["2026-03-02T01:17", "2026-03-03T01:17", "2026-03-04T01:17"]);
    expect(memory).toEqual({ handledUntil: new Date("2026-03-04T01:17:00Z") });
  });

  it("catches up once with times that were missed", async () => {
    const { times } = await keep({
      ...{ from: "2026-03-05T12:00:00Z", until: "2026-03-06T02:00:00Z" },
      memory: { handledUntil: new Date("2026-03-01T01:17:00Z") },
    });
    expect(times).toEqual(["2026-03-05T12:00", "2026-03-06T01:17"]);
  });

  it("never has two runs at once, and runs once for the times that passed during a run", async () => {
    const { times } = await keep({
      cron: "*/10 * * * *",
      ...{ from: "2026-03-01T00:00:01Z", until: "2026-03-01T01:15:00Z" },
      run: (index) => [well, index === 0 ? 35 * minute : minute],
    });
    expect(times).toEqual([
      ...["2026-03-01T00:10", "2026-03-01T00:45", "2026-03-01T00:50"],
      ...["2026-03-01T01:00", "2026-03-01T01:10"],
    ]);
  });

  it("continues a failed run after pauses that grow, and gives up", async () => {
    const { times, runs, events, memory } = await keep({
      ...{ from: "2026-03-01T00:00:00Z", until: "2026-03-01T12:00:00Z" },
      run: () => [failed, minute],
    });
    expect(times.map((time) => time.slice(11))).toEqual(["01:17", "01:19", "01:22", "01:27"]);
    expect(runs.map(({ attempt }) => attempt)).toEqual([
      { runId: "run 0", resumes: undefined },
      { runId: "run 1", resumes: ["run 0"] },
      // Where the database was out of reach, run 1 has begun nothing, and run 0 is still to be continued.
      { runId: "run 2", resumes: ["run 0", "run 1"] },
      { runId: "run 3", resumes: ["run 0", "run 1", "run 2"] },
    ]);
    expect(events.filter(({ event }) => event === "gaveUp")).toHaveLength(1);
    expect(memory?.unfinishedRuns).toBeUndefined();
  });

  it("does not continue a run that would fail again", async () => {
    const { times } = await keep({
      ...{ from: "2026-03-01T00:00:00Z", until: "2026-03-01T12:00:00Z" },
      run: () => [{ status: "failed", mayPass: false }, minute],
    });
    expect(times).toHaveLength(1);
  });

  it("leaves a retry that would come after the next time", async () => {
    const { times } = await keep({
      cron: "*/5 * * * *",
      ...{ from: "2026-03-01T00:00:01Z", until: "2026-03-01T00:12:00Z" },
      run: (index) => [index < 2 ? failed : well, 2 * minute],
    });
    // A pause of 1 minute ends before 00:10, one of 2 minutes would not.
    expect(times.map((time) => time.slice(11))).toEqual(["00:05", "00:08", "00:10"]);
  });

  it("continues the run that a crash has interrupted, before anything else", async () => {
    const { times, runs, memory } = await keep({
      ...{ from: "2026-03-01T01:20:00Z", until: "2026-03-01T12:00:00Z" },
      memory: { handledUntil: new Date("2026-03-01T01:17:00Z"), unfinishedRuns: ["killed"] },
    });
    expect(times).toEqual(["2026-03-01T01:20"]);
    expect(runs[0]?.attempt.resumes).toEqual(["killed"]);
    expect(memory?.unfinishedRuns).toBeUndefined();
  });

  it("remembers a run that was stopped, and one that waits to be continued", async () => {
    const stopped = await keep({
      ...{ from: "2026-03-01T01:00:00Z", until: "2026-03-01T01:30:00Z" },
      run: () => [well, 60 * minute],
    });
    expect(stopped.memory?.unfinishedRuns).toEqual(["run 0"]);
    const waiting = await keep({
      ...{ from: "2026-03-01T01:00:00Z", until: "2026-03-01T01:18:30Z" },
      run: () => [failed, minute],
    });
    expect(waiting.times).toHaveLength(1);
    expect(waiting.memory?.unfinishedRuns).toEqual(["run 0"]);
  });

  it("catches up with a time that is missed before the first run", async () => {
    const { times, memory } = await keep({
      ...{ from: "2026-03-01T12:00:00Z", until: "2026-03-01T13:00:00Z" },
    });
    expect(times).toEqual([]);
    const later = await keep({
      ...{ from: "2026-03-02T09:00:00Z", until: "2026-03-02T10:00:00Z" },
      ...(memory && { memory }),
    });
    expect(later.times).toEqual(["2026-03-02T09:00"]);
  });

  it("goes on when its state cannot be stored, and says so", async () => {
    const { times, events, memory } = await keep({
      ...{ from: "2026-03-01T12:00:00Z", until: "2026-03-03T12:00:00Z" },
      store: () => {
        throw new Error("ENOSPC: no space left on device");
      },
    });
    expect(times).toEqual(["2026-03-02T01:17", "2026-03-03T01:17"]);
    expect(memory).toBeUndefined();
    const untold = events.filter(({ event }) => event === "stateNotStored");
    expect(untold).toEqual(
      Array(5).fill({ event: "stateNotStored", message: "ENOSPC: no space left on device" }),
    );
  });

  it("brings no time twice when the clock is set back a little", async () => {
    let isBack = false;
    const { times } = await keep({
      ...{ from: "2026-03-01T01:00:00Z", until: "2026-03-01T12:00:00Z" },
      asleep: ({ now, set }) => {
        if (isBack || now < new Date("2026-03-01T01:30:00Z")) return;
        isBack = true;
        set("2026-03-01T00:30:00Z");
      },
    });
    expect(isBack).toBe(true);
    expect(times).toEqual(["2026-03-01T01:17"]);
  });

  it("goes by the clock when it was wrong by much", async () => {
    const { times, events } = await keep({
      ...{ from: "2026-03-01T12:00:00Z", until: "2026-03-02T12:00:00Z" },
      memory: { handledUntil: new Date("2031-01-01T00:00:00Z") },
    });
    expect(times).toEqual(["2026-03-02T01:17"]);
    expect(events.map(({ event }) => event)).toContain("clockSetBack");
  });

  it("sees that the machine slept or that the clock went ahead", async () => {
    let isAhead = false;
    const { times } = await keep({
      ...{ from: "2026-03-01T00:00:00Z", until: "2026-03-05T00:00:00Z" },
      asleep: ({ set }) => {
        if (!isAhead) set("2026-03-03T12:00:00Z");
        isAhead = true;
      },
    });
    expect(times).toEqual(["2026-03-03T12:00", "2026-03-04T01:17"]);
  });
});

describe("a time zone with summer time", () => {
  const berlin = { cron: "30 2 * * *", timeZone: "Europe/Berlin" };

  it("runs once on the day whose clocks go forward over the time", async () => {
    const { times } = await keep({
      ...{ ...berlin, from: "2026-03-28T00:00:00Z", until: "2026-03-30T12:00:00Z" },
    });
    expect(times).toEqual(["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"]);
  });

  it("runs once on the day on which the time comes twice", async () => {
    const { times } = await keep({
      ...{ ...berlin, from: "2026-10-24T12:00:00Z", until: "2026-10-26T12:00:00Z" },
    });
    expect(times).toEqual(["2026-10-25T00:30", "2026-10-26T01:30"]);
  });

  it("runs in every hour of such a day when it is hourly", async () => {
    const { times } = await keep({
      ...{ cron: "0 * * * *", timeZone: "Europe/Berlin" },
      ...{ from: "2026-10-24T23:30:00Z", until: "2026-10-25T03:30:00Z" },
    });
    expect(times.map((time) => time.slice(11))).toEqual(["00:00", "01:00", "02:00", "03:00"]);
  });
});

describe("a cron expression", () => {
  it.each([
    ["nonsense", "exactly five"],
    ["61 * * * *", "Invalid value for minute: 61"],
    ["* * * * * *", "exactly 5 parts"],
    ["0 0 30 2 *", "never comes"],
  ])("%j is refused", (expression, why) => {
    expect(() => cronTimes(expression, "UTC")).toThrow(why);
  });

  it("takes no time zone that does not exist", () => {
    expect(() => cronTimes("* * * * *", "Mars/Olympus")).toThrow('no time zone "Mars/Olympus"');
  });
});
