import { lexer, type Token, type Tokens } from "marked";
import { html, type Markup } from "../../runner/pages/html.ts";

/**
 * Takes Markdown and returns it as HTML by the templates of the report, so that everything in it is
 * escaped: HTML in it stays text, and only links within the page and to https stay links.
 */
export function markdown(source: string): Markup {
  return html`${lexer(source).map(block)}`;
}

function block(token: Token): Markup | null {
  switch (token.type) {
    case "heading":
      return heading(token as Tokens.Heading);
    case "paragraph":
      return html`<p>${inlines(token)}</p>\n`;
    case "list":
      return list(token as Tokens.List);
    case "table":
      return table(token as Tokens.Table);
    case "code":
      return html`<pre class="sql" tabindex="0"><code>${token.text}</code></pre>\n`;
    case "space":
      return null;
    default:
      return html`<p>${token.raw}</p>\n`;
  }
}

function heading({ depth, text, tokens }: Tokens.Heading): Markup {
  const content = tokens.map(inline);
  return depth <= 2
    ? html`<h2 id="${slug(text)}">${content}</h2>\n`
    : html`<h3 id="${slug(text)}">${content}</h3>\n`;
}

/** The anchor that GitHub gives a heading. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function list({ ordered, items }: Tokens.List): Markup {
  const content = items.map((item) => html`<li>${item.tokens.map(listPart)}</li>\n`);
  return ordered ? html`<ol>${content}</ol>\n` : html`<ul>${content}</ul>\n`;
}

function listPart(token: Token): Markup | null {
  return token.type === "text" ? html`${inlines(token)}` : block(token);
}

function table({ header, rows }: Tokens.Table): Markup {
  const labels = header.map(({ text }) => text);
  return html`<table class="cards" role="table"><thead role="rowgroup"><tr role="row">${header.map(
    ({ tokens, text }) =>
      html`<th scope="col" role="columnheader">${text === "" ? html`<span class="muted">–</span>` : tokens.map(inline)}</th>`,
  )}</tr></thead><tbody role="rowgroup">${rows.map(
    (cells) =>
      html`<tr role="row">${cells.map(
        ({ tokens }, index) =>
          html`<td role="cell" class="whole" data-label="${labels[index]}">${tokens.map(inline)}</td>`,
      )}</tr>\n`,
  )}</tbody></table>\n`;
}

function inlines(token: Token): (Markup | string)[] {
  return "tokens" in token && token.tokens ? token.tokens.map(inline) : [token.raw];
}

function inline(token: Token): Markup | string {
  switch (token.type) {
    case "strong":
      return html`<strong>${inlines(token)}</strong>`;
    case "em":
      return html`<em>${inlines(token)}</em>`;
    case "codespan":
      return html`<code>${token.text}</code>`;
    case "link":
      return link(token as Tokens.Link);
    case "text":
    case "escape":
      return token.text;
    default:
      return token.raw;
  }
}

function link({ href, tokens }: Tokens.Link): Markup {
  const content = tokens.map(inline);
  // other pages of the repository's documentation do not lie beside the report
  return /^(#|https:\/\/)/.test(href) ? html`<a href="${href}">${content}</a>` : html`${content}`;
}
