import { html, type Markup } from "../../pages/html.ts";
import { section } from "../../pages/section.ts";
import type { DocsAction } from "../docs.ts";
import { coloured } from "./coloured.ts";

/** A text of an action to show: its SQL as it runs, or as it was written. */
export interface SqlText {
  name: string;
  text: string;
}

/** The SQL of an action, compiled and as written; the script of the page makes tabs of them. */
export function sqlSection(action: DocsAction, keywords: ReadonlySet<string>): Markup {
  const texts = sqlTexts(action);
  return section(
    "SQL",
    { id: "sql" },
    texts.length === 0
      ? html`<p class="empty">Others make it: the project has no SQL of it.</p>`
      : html`<div class="texts">${texts.map(
          ({ name, text }) =>
            html`<div class="text"><h3>${name}</h3><pre class="sql" tabindex="0" aria-label="${action.name}, ${name}"><code>${coloured(text, keywords)}</code></pre></div>`,
        )}</div>`,
  );
}

/** The texts of an action: what runs, and the file that it is from. */
export function sqlTexts({ entry, source }: DocsAction): SqlText[] {
  const texts = compiledTexts(entry);
  if (source !== undefined) texts.push({ name: "source", text: source });
  return texts.filter(({ text }) => text.trim() !== "");
}

function compiledTexts({ type, action }: DocsAction["entry"]): SqlText[] {
  if ("jitCode" in action && action.jitCode) {
    return [{ name: "code that makes the SQL during the run", text: action.jitCode }];
  }
  switch (type) {
    case "table":
    case "view":
    case "incremental": {
      const { preOps = [], postOps = [], query = "", incrementalQuery = "" } = action;
      const { incrementalPreOps = preOps, incrementalPostOps = postOps } = action;
      return [
        { name: "compiled", text: trimmed(query) },
        { name: "incremental", text: type === "incremental" ? trimmed(incrementalQuery) : "" },
        { name: "before", text: statements(preOps) },
        { name: "before an increment", text: ifOther(incrementalPreOps, preOps) },
        { name: "after", text: statements(postOps) },
        { name: "after an increment", text: ifOther(incrementalPostOps, postOps) },
      ];
    }
    case "assertion":
      return [{ name: "compiled", text: trimmed(action.query ?? "") }];
    case "operation":
      return [{ name: "compiled", text: statements(action.queries ?? []) }];
    default:
      return [];
  }
}

/** Statements that are not the same for an increment as for the whole table. */
function ifOther(ofIncrement: readonly string[], whole: readonly string[]): string {
  const text = statements(ofIncrement);
  return text === statements(whole) ? "" : text;
}

function statements(texts: readonly string[]): string {
  return texts
    .map(trimmed)
    .filter(Boolean)
    .map((text) => (text.endsWith(";") ? text : `${text};`))
    .join("\n\n");
}

/** Without blank lines around it and the indentation that all lines have. */
function trimmed(text: string): string {
  const lines = text
    .replace(/^(\s*\n)+/, "")
    .trimEnd()
    .split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const indent = indents.reduce((least, each) => Math.min(least, each), 1000);
  return lines.map((line) => line.slice(indent)).join("\n");
}
