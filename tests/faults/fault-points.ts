/** What happens to the run. */
export const faults = ["runner is killed", "connection is cut", "session is terminated"] as const;
/** What happens to all of a server: it crashes, or is shut down at once and started again. */
export const serverFaults = ["server is killed", "server is restarted"] as const;
export type Fault = (typeof faults)[number] | (typeof serverFaults)[number];

/** Before the message reaches the server, right after it, or after the server has answered it. */
export const moments = ["before", "after", "answered"] as const;
export type Moment = (typeof moments)[number];

/** Whether the project runs for the first time or on what an earlier run left. */
export const situations = ["first", "next"] as const;
export type Situation = (typeof situations)[number];

/** One fault at one message of one run. */
export interface FaultPoint {
  situation: Situation;
  fault: Fault;
  moment: Moment;
  /** The message at which it happens, from 1. */
  number: number;
  threads: number;
}

/** A point as text, to be given to `FAULT_POINT` to play it again. */
export function nameOfPoint({ situation, fault, moment, number, threads }: FaultPoint): string {
  return `${situation} run, ${fault} ${moment} message ${number}, ${threads} threads`;
}

/** Takes what `nameOfPoint` gave. Throws for anything else. */
export function parsePoint(name: string): FaultPoint {
  const found = /^(\w+) run, (.+) (\w+) message (\d+), (\d+) threads$/.exec(name);
  if (!found) throw new Error(`FAULT_POINT is none: ${name}`);
  const [, situation, fault, moment, number, threads] = found;
  return {
    situation: situation as Situation,
    fault: fault as Fault,
    moment: moment as Moment,
    number: Number(number),
    threads: Number(threads),
  };
}

/** `count` points, spread evenly over the messages of both situations, every fault and moment among them. */
export function spreadPoints(
  count: number,
  messages: Record<Situation, number>,
  kinds: readonly Fault[],
): FaultPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const situation = situations[index % 2] ?? "next";
    const share = (index + 0.5) / count;
    return {
      situation,
      fault: kinds[Math.floor(index / 2) % kinds.length] ?? "connection is cut",
      moment: moments[Math.floor(index / (2 * kinds.length)) % 3] ?? "before",
      number: Math.ceil(share * messages[situation]),
      threads: index % 4 === 3 ? 4 : 1,
    };
  });
}

/** `count` points that a seed decides. */
export function randomPoints(
  count: number,
  seed: number,
  messages: Record<Situation, number>,
  kinds: readonly Fault[],
): FaultPoint[] {
  const random = randomOf(seed);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  return Array.from({ length: count }, () => {
    const situation = one(situations);
    return {
      situation,
      fault: one(kinds),
      moment: one(moments),
      number: 1 + Math.floor(random() * messages[situation]),
      threads: one([1, 1, 4]),
    };
  });
}

/** A small generator of numbers from 0 to 1 (mulberry32): the same seed gives the same points. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
