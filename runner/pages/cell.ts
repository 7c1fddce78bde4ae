import { type Content, html, type Markup } from "./html.ts";

/** How a cell is meant: red is for what is bad alone. */
export type Tone = "bad" | "good" | "unknown" | "muted" | "ink";

/** What stands in a cell of a table. It is data, so that the page's script can make the same cell. */
export interface Cell {
  text: string;
  /** A second, smaller line. */
  sub?: string | undefined;
  tone?: Tone | undefined;
  /** A sign before the text, which the text says in words. */
  glyph?: string | undefined;
  href?: string | undefined;
  /** What it is sorted by; its text unless given. */
  key?: string | number | undefined;
  /** Text of a fixed width: a hash. */
  code?: boolean | undefined;
  /** A drawing above the text, only in tables without a data file. */
  chart?: Markup | undefined;
  /** The text with marks, only in tables without a data file. */
  marked?: Markup | undefined;
}

/** What stands between `<td>` and `</td>`. */
export function cellContent(cell: Cell): Content {
  const { text, sub, tone, glyph, href, code, chart, marked } = cell;
  const words = glyph
    ? html`<span class="glyph" aria-hidden="true">${glyph}</span> ${text}`
    : (marked ?? text);
  const toned = tone && !href ? html`<span class="${tone}">${words}</span>` : words;
  const linked = href
    ? html`<a href="${href}"${tone && html` class="${tone}"`}>${words}</a>`
    : toned;
  const shown = code ? html`<code>${linked}</code>` : linked;
  return html`${chart}${shown}${sub && html`<small>${sub}</small>`}`;
}
