import pc from "picocolors";
import { RunnerError, SqlFailure } from "../errors.ts";
import { formatSqlError } from "./format-error.ts";

/**
 * Any failure that ends the program as the lines to print and its exit code. Only a defect of ours
 * (INTERNAL) shows a stack.
 */
export function formatFailure(
  error: unknown,
  { color }: { color: boolean },
): { text: string; exitCode: number } {
  const paint = pc.createColors(color);
  if (error instanceof RunnerError && error.code !== "INTERNAL") {
    const hint = error.hint ? `\n${paint.dim("hint:")} ${error.hint}` : "";
    return { text: `${paint.red("error:")} ${error.message}${hint}`, exitCode: error.exitCode };
  }
  if (error instanceof SqlFailure) {
    return { text: formatSqlError(error.error).join("\n"), exitCode: 4 };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `${paint.red("internal error:")} ${stack}\nThis is a defect of dataform-postgres: please report it with these lines.`,
    exitCode: 70,
  };
}
