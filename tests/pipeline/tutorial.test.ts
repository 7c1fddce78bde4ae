import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { freshClone } from "../support/fresh-clone.ts";
import { quickNpx, repository } from "../support/run-command.ts";
import { typedLine } from "../support/typed-line.ts";

interface Step {
  /** A file to write, with its text; or a command to run. */
  file?: string;
  text: string;
  fails?: boolean;
}

/** The files and commands of the tutorial in the order in which a reader meets them. */
function stepsOf(markdown: string): Step[] {
  const blocks =
    /^`(?<file>definitions\/[^`]+)`:\n\n```sqlx\n(?<sqlx>.*?)^```|^```sh(?<fails> fails)?\n(?<commands>.*?)^```/gms;
  return [...markdown.matchAll(blocks)].flatMap(({ groups = {} }): Step[] => {
    const { file, sqlx, commands = "", fails } = groups;
    if (file !== undefined && sqlx !== undefined) return [{ file, text: sqlx }];
    const lines = commands.split("\n").filter((line) => line.trim() !== "");
    return lines.map((text) => ({ text, fails: fails !== undefined }));
  });
}

describe("the tutorial", () => {
  const clone = freshClone();
  const run = (command: string) => typedLine(command, { cwd: clone.folder, env: quickNpx() });
  afterAll(async () => {
    await run("npx dataform db stop");
    clone.remove();
  });

  it("works as it is written, from the first line to the last", async () => {
    const steps = stepsOf(readFileSync(join(repository, "docs/tutorial.md"), "utf8"));
    expect(steps.filter(({ file }) => file)).toHaveLength(6);
    const printed: string[] = [];
    for (const { file, text, fails = false } of steps) {
      if (file !== undefined) {
        mkdirSync(dirname(join(clone.folder, file)), { recursive: true });
        writeFileSync(join(clone.folder, file), text);
        continue;
      }
      const { exitCode, stdout, stderr } = await run(text);
      expect(exitCode, `${text}\n${stdout}\n${stderr}`).toBe(fails ? 1 : 0);
      printed.push(stdout, stderr);
    }
    const all = printed.join("\n");
    expect(all).toMatch(/definitions\/reports\/slow_recoveries\.sqlx:7:\d+/);
    expect(all).toMatch(/Perhaps you meant to reference the column "[^"]*recovery_seconds"/);
    expect(all).toMatch(/tests > 1000/);
    expect(all).toMatch(/exact\s+resiliency\.recoveries_by_application/);
  });
});
