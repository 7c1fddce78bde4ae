import type { ChildProcess } from "node:child_process";
import { childProgram, outerProgram, realmFolder } from "../child-program.ts";
import { spawnBound } from "./spawn-bound.ts";

/** What a process for the code of a project is started with. */
export interface ChildOptions {
  /** The module of the realm that messages are for; a file beside this one. */
  entry: string;
  projectDir: string;
  /** How the process is named in the list of processes. */
  label: string;
  /** Whether the code may wait between messages; it cannot ask for files then. */
  isAsync: boolean;
  maxHeapMegabytes: number;
}

/**
 * Starts a process for the code of a project. It has no environment and no files, and only
 * connections to this process: descriptor 0 brings messages, 3 takes its answers, 1 and 2 its
 * output.
 */
export function startChild(options: ChildOptions): ChildProcess {
  const { projectDir, label, maxHeapMegabytes, isAsync } = options;
  const args = [
    permissionFlag(),
    ...["--disallow-code-generation-from-strings", "--frozen-intrinsics"],
    ...["--experimental-vm-modules", "--no-warnings"],
    ...(process.allowedNodeEnvironmentFlags.has("--disable-sigusr1") ? ["--disable-sigusr1"] : []),
    `--max-old-space-size=${maxHeapMegabytes}`,
    // As fast as with V8's own 16, and 20 MB less at 3,000 models.
    "--max-semi-space-size=8",
    // As in bin/dataform.js; such a process is shorter, but computes all the time.
    ...(process.versions.node.startsWith("20.") ? ["--interrupt-budget=500000"] : []),
    ...["--input-type=module", "-e", outerProgram()],
    ...["--", label],
  ];
  const child = spawnBound(args, { stdio: ["pipe", "pipe", "pipe", "pipe"] });
  child.stdin?.on("error", () => undefined);
  const { entry, files } = childProgram(options.entry);
  sendMessage(child, { entry, realm: realmFolder, projectDir, isAsync }, files);
  return child;
}

/** Sends a message: a line of JSON, and the bytes of the files that it names. */
export function sendMessage(
  { stdin }: ChildProcess,
  message: object,
  files: ReadonlyMap<string, Buffer> = new Map(),
): void {
  const sizes = [...files].map(([name, bytes]) => [name, bytes.length]);
  stdin?.cork();
  stdin?.write(`${JSON.stringify({ ...message, files: sizes })}\n`);
  for (const bytes of files.values()) stdin?.write(bytes);
  stdin?.uncork();
}

/** The flag by which this version of Node keeps a process from files and programs. */
function permissionFlag(): string {
  const isStable = process.allowedNodeEnvironmentFlags.has("--permission");
  return isStable ? "--permission" : "--experimental-permission";
}
