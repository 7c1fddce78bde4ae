import { dataform, type Finished, type RunCommandOptions, runCommand } from "./run-command.ts";

const started = new Set<string>();
const plain = /^npx dataform (?<command>[\w-]+)(?<rest>[^|&;<>$`\n]*)$/;

/**
 * Runs a line of documentation as somebody types it, in a shell. Each of the commands `npx dataform …` is a process the
 * first time that a file needs it; from then on the shell only reads its arguments, and the command runs in this worker.
 */
export async function typedLine(line: string, options: RunCommandOptions): Promise<Finished> {
  const { command, rest } = plain.exec(line)?.groups ?? {};
  if (command === undefined || !started.has(command)) {
    if (command !== undefined) started.add(command);
    return runCommand("bash", ["-c", line], options);
  }
  const read = await runCommand("bash", ["-c", `printf '%s\\0' ${command}${rest}`], options);
  return dataform(read.stdout.split("\0").slice(0, -1), options);
}
