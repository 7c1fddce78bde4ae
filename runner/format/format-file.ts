import { createRequire } from "node:module";
import { compileSqlx } from "../compile/compiler-process/sqlx/compile-sqlx.js";
import { defaultFormatSettings, type FormatSettings } from "./format-settings.ts";
import { formatJavaScript, formatSqlx } from "./format-sqlx.ts";

/** What formatting a file would do. */
export type Formatted =
  | { status: "unchanged" }
  | { status: "changed"; text: string }
  /** It cannot be formatted without a risk, and `reason` says why. */
  | { status: "leftAlone"; reason: string };

/**
 * Takes the name and text of a .sqlx or .js file. A SQLX file is compiled before and after: core's
 * result may differ only in whitespace and, when set, in the case of keywords. Never throws for the
 * content of the file.
 */
export function formatFile(
  fileName: string,
  text: string,
  settings: FormatSettings = defaultFormatSettings,
): Formatted {
  if (!/(?<!\r)\n/.test(text) && text.includes("\r\n")) {
    return formatWindowsFile(fileName, text, settings);
  }
  try {
    const isSqlx = fileName.endsWith(".sqlx");
    const formatted = (isSqlx ? formatSqlx : formatJavaScript)(text, settings);
    if (formatted === text) return { status: "unchanged" };
    if (isSqlx && !compilesAlike(fileName, text, formatted, settings)) {
      return { status: "leftAlone", reason: "it would not compile to the same afterwards" };
    }
    return { status: "changed", text: formatted };
  } catch (error) {
    return { status: "leftAlone", reason: firstLine(error) };
  }
}

function formatWindowsFile(fileName: string, text: string, settings: FormatSettings): Formatted {
  const formatted = formatFile(fileName, text.replaceAll("\r\n", "\n"), settings);
  if (formatted.status !== "changed") return formatted;
  return { status: "changed", text: formatted.text.replaceAll("\n", "\r\n") };
}

// Which words differ in case, the comparison of the tokens has seen already.
function compilesAlike(
  fileName: string,
  before: string,
  after: string,
  { keywordCase }: FormatSettings,
): boolean {
  const [a, b] = [compiled(before, fileName), compiled(after, fileName)];
  return keywordCase === "preserve" ? a === b : a.toLowerCase() === b.toLowerCase();
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
