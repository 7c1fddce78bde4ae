import pc from "picocolors";
import { ActionFailure, RunnerError } from "../../errors.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { withoutWorkflowCommands } from "../../text/workflow-commands.ts";
import { limitText } from "../limit-text.ts";
import { formatSqlError } from "./format-error.ts";

const longestMessage = 20_000;

/**
 * Any failure that ends the program as the lines to print and its exit code. Only a defect of ours
 * (INTERNAL) shows a stack. What a project or a server says in it drives neither a terminal nor a
 * workflow, and is cut when it is very long.
 */
export function formatFailure(
  error: unknown,
  { color }: { color: boolean },
): { text: string; exitCode: number } {
  const paint = pc.createColors(color);
  if (error instanceof RunnerError && error.code !== "INTERNAL") {
    const hint = error.hint ? `\n${paint.dim("hint:")} ${harmless(error.hint)}` : "";
    const text = `${paint.red("error:")} ${harmless(error.message)}${hint}`;
    return { text, exitCode: error.exitCode };
  }
  if (error instanceof ActionFailure) {
    const lines = formatSqlError(error.error, { sqlName: "SQL" }).join("\n");
    return { text: withoutWorkflowCommands(lines), exitCode: 4 };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `${paint.red("internal error:")} ${harmless(stack)}\nThis is a defect of dataform-postgres: please report it with these lines.`,
    exitCode: 70,
  };
}

function harmless(text: string): string {
  return withoutWorkflowCommands(visibleText(limitText(text, longestMessage)));
}
