import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One process run to its end. */
export interface Measurement {
  milliseconds: number;
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

/** Runs a command once; throws with its output when it fails. */
export function measure({ program, args, cwd, env = {} }: Command): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let errors = "";
    let megabytes = 0;
    const sample = () => {
      megabytes = Math.max(megabytes, ...memoryOfTree(child.pid ?? 0));
    };
    const timer = setInterval(sample, 20);
    child.stderr.setEncoding("utf8").on("data", (text) => {
      errors += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
      if (code === 0) resolve({ milliseconds, megabytes });
      else reject(new Error(`${program} ${args.join(" ")} ended with ${code}:\n${errors}`));
    });
  });
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
