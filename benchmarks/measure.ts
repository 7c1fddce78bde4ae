import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";

/** One process run to its end. */
export interface Measurement {
  milliseconds: number;
  /** Processor time of the program and of what it started, user and system, in milliseconds: not of the server. */
  cpuMilliseconds: number;
  /** Highest resident memory of any one process of the run, in megabytes; Linux only. */
  megabytes: number;
}

/** A command with its folder and environment. */
export interface Command {
  program: string;
  args: readonly string[];
  cwd: string;
  env?: Record<string, string>;
}

// `times` prints the processor time of the shell and, in its second line, of what it started.
const timed = '"$@"; code=$?; times >&3; exit $code';

/** Runs a command once; throws with its output when it fails. */
export function measure({ program, args, cwd, env = {} }: Command): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn("sh", ["-c", timed, "sh", program, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    let errors = "";
    let times = "";
    let megabytes = 0;
    const sample = () => {
      megabytes = Math.max(megabytes, ...memoryOfTree(child.pid ?? 0));
    };
    const timer = setInterval(sample, 20);
    // what failed is on the one or on the other, by the program; of a long text the end
    const keep = (text: string) => {
      errors = (errors + text).slice(-20_000);
    };
    (child.stdout as Readable).setEncoding("utf8").on("data", keep);
    (child.stderr as Readable).setEncoding("utf8").on("data", keep);
    (child.stdio[3] as Readable).setEncoding("utf8").on("data", (text) => {
      times += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
      if (code === 0) resolve({ milliseconds, cpuMilliseconds: cpuOf(times), megabytes });
      else reject(new Error(`${program} ${args.join(" ")} ended with ${code}:\n${errors}`));
    });
  });
}

function cpuOf(times: string): number {
  const [user = 0, system = 0] = [...(times.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1000,
  );
  return user + system;
}

/** Runs two commands in turn, `rounds` times each, after one unmeasured round. */
export async function alternate(
  rounds: number,
  ours: () => Promise<Measurement>,
  peer: (() => Promise<Measurement>) | undefined,
): Promise<{ ours: Measurement[]; peer: Measurement[] }> {
  const result = { ours: [] as Measurement[], peer: [] as Measurement[] };
  for (let round = 0; round < rounds; round++) {
    result.ours.push(await ours());
    if (peer) result.peer.push(await peer());
  }
  return result;
}

function memoryOfTree(root: number): number[] {
  return [root, ...descendants(root)].map((pid) => {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1];
    return peak === undefined ? 0 : Number(peak) / 1024;
  });
}

function descendants(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const children = tasks.flatMap((task) =>
      read(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
    );
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
