import { type Content, html, type Markup } from "../../pages/html.ts";

/** Most parts of a text that get a colour: a page keeps its size, and the rest stays readable. */
const mostParts = 1_500;

// Comments, strings, quoted names, numbers and words, in SQL, in SQLX and in JavaScript.
const part =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*)|(?<string>'(?:[^']|'')*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\3\$|$)|`[^`]*(?:`|$))|(?<name>"(?:[^"\n]|"")*(?:"|$))|(?<number>\b\d+(?:\.\d+)?\b)|(?<word>[A-Za-z_]\w*)/g;

/** The text of a query or a file as code with colours; `keywords` are in lower case. */
export function coloured(text: string, keywords: ReadonlySet<string>): Markup {
  const parts: Content[] = [];
  let end = 0;
  let count = 0;
  for (const match of text.matchAll(part)) {
    const kind = kindOf(match.groups ?? {}, keywords);
    if (kind === undefined) continue;
    if (++count > mostParts) break;
    parts.push(text.slice(end, match.index), html`<span class="${kind}">${match[0]}</span>`);
    end = match.index + match[0].length;
  }
  return html`${parts}${text.slice(end)}`;
}

function kindOf(
  { comment, string, number, word }: Record<string, string | undefined>,
  keywords: ReadonlySet<string>,
): string | undefined {
  if (comment !== undefined) return "c-comment";
  if (string !== undefined) return "c-string";
  if (number !== undefined) return "c-number";
  return word !== undefined && keywords.has(word.toLowerCase()) ? "c-word" : undefined;
}
