import { type Content, html, type Markup } from "./html.ts";

/** One of the numbers at the top of a page. */
export function figure(options: {
  name: Content;
  value: string;
  unit?: string;
  href?: string | undefined;
  lines: Content[];
  chart?: Content;
  /** A name for tests and for those who read the page by a program. */
  data: string;
}): Markup {
  const { name, value, unit, href, lines, chart, data } = options;
  const shown = href ? html`<a href="${href}">${value}</a>` : value;
  return html`<div class="figure" data-number="${data}"><div class="name">${name}</div><div class="value"><span data-value>${shown}</span>${unit && html` <span class="unit">${unit}</span>`}</div>${lines
    .filter(Boolean)
    .map((line) => html`<p>${line}</p>`)}${chart}</div>`;
}
