import { expect } from "vitest";
import { type DatabasePicture, differencesOf } from "../support/database-picture.ts";
import { type HeldMessage, startFaultProxy } from "../support/fault-proxy.ts";
import { dataform, type Finished } from "../support/run-command.ts";
import {
  type Course,
  type FaultBench,
  pictureHere,
  projectFolder,
  runUndisturbed,
  withCopy,
  within,
} from "./fault-bench.ts";
import type { Fault, FaultPoint, Situation } from "./fault-points.ts";

type Disturb = (message: HeldMessage, kill: () => void) => Promise<void> | void;

/** What a run has to endure. */
export interface Hardship {
  situation: Situation;
  threads?: number;
  /** SQL on the database before the run, and what takes it back afterwards. */
  settings?: { set: string; reset: string };
  /** What happens to the machine before the run, and what takes it back afterwards. */
  trouble?: { begin: () => void; end: () => void };
  env?: Record<string, string>;
  /** Whether its process may be killed. */
  isKilled?: boolean;
  /** Whether it, and the run after it, skip what did not change. */
  isOfChanges?: boolean;
  exitCodes: readonly (number | null)[];
}

/** Runs the project with a fault at one message and checks what `endure` checks. */
export async function strike(
  bench: FaultBench,
  point: FaultPoint,
  { isOfChanges = false } = {},
): Promise<void> {
  const { situation, threads, fault } = point;
  const isKilled = fault === "runner is killed";
  const exitCodes = isKilled ? [null, 0] : [0, 1, 4];
  const at = (url: string) => disturbAt(bench, point, url);
  await endure(bench, { situation, threads, isKilled, isOfChanges, exitCodes }, at);
}

/**
 * Runs the project under a hardship, and checks that nothing is lost, doubled or half published,
 * that nothing of the run is left, and that the next run ends as an undisturbed one. Returns what the
 * disturbed one said.
 */
export async function endure(
  bench: FaultBench,
  hardship: Hardship,
  disturb?: (url: string) => Disturb,
): Promise<Finished> {
  const { situation, settings, trouble, isOfChanges } = hardship;
  const course = bench.courses[situation];
  const folder = projectFolder(situation === "next");
  return await withCopy(bench.server, course.template, async (url) => {
    if (settings) await within(url, (client) => client.query(settings.set));
    trouble?.begin();
    const finished = await runDisturbed(folder, url, hardship, disturb?.(url)).finally(() =>
      trouble?.end(),
    );
    await nothingAtWork(url);
    if (settings) await within(url, (client) => client.query(settings.reset));
    const picture = await pictureHere(url);
    expectNothingHalf(picture, course);
    expectPlainEnd(finished, hardship.exitCodes);
    if (finished.exitCode === 0) expect(differencesOf(picture, course.after)).toEqual([]);
    await runUndisturbed(folder, url, isOfChanges);
    expect(differencesOf(await pictureHere(url), course.after)).toEqual([]);
    await nothingAtWork(url);
    return finished;
  });
}

/** How many messages an undisturbed run sends with one thread. */
export async function countMessages(bench: FaultBench, situation: Situation): Promise<number> {
  const course = bench.courses[situation];
  const folder = projectFolder(situation === "next");
  return await withCopy(bench.server, course.template, async (url) => {
    let count = 0;
    const finished = await runDisturbed(folder, url, {}, (message) => {
      count = message.number;
      message.forward();
    });
    expect(finished).toMatchObject({ exitCode: 0 });
    return count;
  });
}

async function runDisturbed(
  folder: string,
  url: string,
  { threads = 1, env, isKilled = false, isOfChanges = false }: Partial<Hardship>,
  disturb: Disturb = (message) => message.forward(),
): Promise<Finished> {
  let kill = () => {};
  const proxy = await startFaultProxy(url, (message) => disturb(message, () => kill()));
  try {
    const flags = ["--threads", String(threads), ...(isOfChanges ? ["--changed"] : [])];
    return await dataform(["run", folder, ...flags], {
      env: { DATABASE_URL: proxy.url, ...env },
      ...(isKilled && {
        onStart: (send) => {
          kill = () => send("SIGKILL");
        },
      }),
    });
  } finally {
    proxy.close();
  }
}

function disturbAt(
  { restart }: FaultBench,
  { fault, moment, number }: FaultPoint,
  url: string,
): Disturb {
  let isDone = false;
  return async (message, kill) => {
    const isReady = !ofSession.includes(fault) || message.processId;
    if (isDone || message.number < number || !isReady) return message.forward();
    isDone = true;
    const hit = () => inflict(fault, url, message, kill, restart);
    switch (moment) {
      case "before":
        await hit();
        return message.forward();
      case "after":
        message.forward();
        return await hit();
      case "answered":
        // Only these are answered at once.
        if (message.type === "Q" || message.type === "S") await message.forwardAndHush();
        else message.forward();
        return await hit();
    }
  };
}

/** These faults need an existing session. */
const ofSession: readonly Fault[] = ["session is terminated", "server is killed"];

async function inflict(
  fault: Fault,
  url: string,
  message: HeldMessage,
  kill: () => void,
  restart: FaultBench["restart"],
): Promise<void> {
  switch (fault) {
    case "runner is killed":
      kill();
      return message.cut();
    case "connection is cut":
      return message.cut();
    case "session is terminated":
      await within(url, (client) =>
        client.query("select pg_terminate_backend($1)", [message.processId]),
      );
      return;
    case "server is killed":
      process.kill(message.processId ?? 0, "SIGKILL");
      return;
    case "server is restarted":
      if (restart === undefined) throw new Error("this server cannot be restarted");
      await restart();
  }
}

/** Every table has the rows of before or of after, whole; what belongs to others is as it was. */
function expectNothingHalf(picture: DatabasePicture, { before, after }: Course): void {
  for (const [name, rows] of Object.entries(picture.rows)) {
    // What the runner notes for itself may be there before the first note.
    if (name.startsWith("dataform_postgres.") && rows.length === 0) continue;
    // A table that was not there before may not be seen empty.
    const known = [before.rows[name], after.rows[name]].filter((each) => each !== undefined);
    expect(known, name).toContainEqual(rows);
  }
  for (const [name, rows] of Object.entries(before.rows)) {
    if (name in after.rows) expect(picture.rows, name).toHaveProperty([name]);
    if (name.startsWith("src.")) expect(picture.rows[name], name).toEqual(rows);
  }
  for (const [name, structure] of Object.entries(before.structure)) {
    if (/^(src|audit)\./.test(name)) expect(picture.structure[name], name).toEqual(structure);
  }
}

function expectPlainEnd(
  { exitCode, stdout, stderr }: Finished,
  exitCodes: Hardship["exitCodes"],
): void {
  expect(`${stdout}${stderr}`).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(exitCodes, stdout + stderr).toContain(exitCode);
}

/** No session of anybody else, no advisory lock, no prepared transaction. */
async function nothingAtWork(url: string): Promise<void> {
  const left = async () => {
    try {
      return await within(url, async (client) => (await client.query(leftQuery)).rows);
    } catch (error) {
      // A killed server refuses connections until it has recovered.
      return [String(error)];
    }
  };
  await expect.poll(left).toEqual([]);
}

const leftQuery = `
  select pid::text, application_name || ': ' || query as what from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
  union all
  select pid::text, 'advisory lock' from pg_locks
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
  union all
  select gid, 'prepared' from pg_prepared_xacts`;
