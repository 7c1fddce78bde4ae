import { createRequire } from "node:module";
import { compileSqlx } from "../compile/compiler-process/sqlx/compile-sqlx.js";
import { formatJavaScript, formatSqlx } from "./format-sqlx.ts";

/** What formatting a file would do. */
export type Formatted =
  | { status: "unchanged" }
  | { status: "changed"; text: string }
  /** It cannot be formatted without a risk, and `reason` says why. */
  | { status: "leftAlone"; reason: string };

/**
 * Takes the name and text of a .sqlx or .js file. A SQLX file is compiled before and after: only
 * whitespace of what core makes of it may differ. Never throws for what stands in the file.
 */
export function formatFile(fileName: string, text: string): Formatted {
  if (!/(?<!\r)\n/.test(text) && text.includes("\r\n")) return formatWindowsFile(fileName, text);
  try {
    const isSqlx = fileName.endsWith(".sqlx");
    const formatted = isSqlx ? formatSqlx(text) : formatJavaScript(text);
    if (formatted === text) return { status: "unchanged" };
    if (isSqlx && compiled(text, fileName) !== compiled(formatted, fileName)) {
      return { status: "leftAlone", reason: "it would not compile to the same afterwards" };
    }
    return { status: "changed", text: formatted };
  } catch (error) {
    return { status: "leftAlone", reason: firstLine(error) };
  }
}

function formatWindowsFile(fileName: string, text: string): Formatted {
  const formatted = formatFile(fileName, text.replaceAll("\r\n", "\n"));
  if (formatted.status !== "changed") return formatted;
  return { status: "changed", text: formatted.text.replaceAll("\n", "\r\n") };
}

interface Core {
  compiler(text: string, fileName: string): string;
}

let core: Core | undefined;

function compiled(text: string, fileName: string): string {
  core ??= createRequire(import.meta.url)("@dataform/core") as Core;
  return compileSqlx(core.compiler, text, fileName).replace(/\s+/g, "");
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0] ?? message;
}
