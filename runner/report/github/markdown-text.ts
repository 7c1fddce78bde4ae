import { visibleText } from "../../text/terminal-text.ts";
import { limitText } from "../limit-text.ts";

const longestValue = 300;

// What Markdown or GitHub could read as markup: all punctuation but the harmless, an underscore that
// is not inside a word, and what makes a bare address a link (`://`, the dot of `www.`, `@`).
const markup =
  /[^\p{L}\p{M}\p{N} .,:;()=/_+'%?-]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:(?=\/\/)|(?<=www)\.|:(?=[^\s:])(?<=mailto:|xmpp:)/giu;

/**
 * Takes any text and returns it as one line of inline code for Markdown and its tables. Nothing in
 * it can become markup, a link, an image or a mention.
 */
export function markdownCode(text: string): string {
  const line = visibleText(limitText(text, longestValue)).trim();
  const escaped = line.replace(markup, (character) => `&#${character.codePointAt(0)};`);
  return escaped === "" ? "" : `<code>${escaped}</code>`;
}

/** Takes lines and returns a fenced block in which they stand as they are, controls written out. */
export function markdownBlock(lines: readonly string[]): string {
  const text = visibleText(lines.join("\n"));
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}text\n${text}\n${fence}`;
}

/** Takes a head and rows of Markdown cells; returns the table. */
export function markdownTable(head: readonly string[], rows: readonly string[][]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Takes a Markdown title and content; returns a block that is closed until it is clicked. */
export function markdownDetails(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}
