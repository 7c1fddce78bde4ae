import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import type { WorkflowStep } from "./documented-commands.ts";
import { type Finished, runCommand } from "./run-command.ts";

/** Where the steps of a workflow run. */
export interface StepsOptions {
  /** The repository. */
  workspace: string;
  /** The folder of the project, if it is another one. */
  folder?: string;
  env?: Record<string, string>;
}

/**
 * Runs steps as GitHub does, one after the other; `npm ci` installs nothing. Gives what each left, by its
 * name, also of those that failed.
 */
export async function runSteps(
  steps: readonly WorkflowStep[],
  { workspace, folder = workspace, env = {} }: StepsOptions,
): Promise<Record<string, Finished>> {
  const programs = join(workspace, "target/programs");
  mkdirSync(programs, { recursive: true });
  writeFileSync(
    join(programs, "npm"),
    '#!/bin/sh\n[ "$1" = ci ] && exit 0\nPATH=$(echo "$PATH" | cut -d: -f2-) exec npm "$@"\n',
    { mode: 0o755 },
  );
  const github = {
    PATH: `${programs}:${inject("packageFolder")}/npx:${process.env.PATH}`,
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: workspace,
    GITHUB_STEP_SUMMARY: join(workspace, "target/summary.md"),
  };
  const finished: Record<string, Finished> = {};
  for (const { name, command } of steps) {
    const shell = ["-e", "-o", "pipefail", "-c", command];
    finished[name] = await runCommand("bash", shell, { cwd: folder, env: { ...github, ...env } });
  }
  return finished;
}
