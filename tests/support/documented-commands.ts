import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repository } from "./run-command.ts";

/** The commands of a Markdown file: lines of ```sh blocks and code that starts with a program. */
export function commandsOf(file: string): string[] {
  const text = readFileSync(join(repository, file), "utf8");
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) =>
    block.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#")),
  );
  const prose = text.replace(/^```.*?^```/gms, "");
  const inline = [...prose.matchAll(/`((?:npx|npm|docker|\.ci)[ /][^`]+)`/g)].map(
    ([, command = ""]) => command.trim(),
  );
  return [...new Set([...blocks, ...inline])].filter((command) => !command.includes("…"));
}

/** A step of a workflow that runs a command. */
export interface WorkflowStep {
  name: string;
  command: string;
  env: Record<string, string>;
}

interface Job {
  env?: Record<string, string>;
  steps: { name?: string; run?: string; env?: Record<string, string> }[];
}

/** The commands of a workflow file, in order. Throws when the file is no valid YAML. */
export function workflowSteps(file: string): WorkflowStep[] {
  const { jobs } = parse(readFileSync(join(repository, file), "utf8")) as {
    jobs: Record<string, Job>;
  };
  return Object.values(jobs).flatMap((job) =>
    job.steps.flatMap(({ name = "", run, env }) =>
      run === undefined ? [] : [{ name, command: run, env: { ...job.env, ...env } }],
    ),
  );
}
