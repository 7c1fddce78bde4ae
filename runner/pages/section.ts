import { type Content, html, type Markup } from "./html.ts";

/** A chapter of a page: a head with a remark, and what it is about. */
export function section(
  title: string,
  { remark, more, id }: { remark?: Content; more?: Content; id?: string },
  content: Content,
): Markup {
  return html`<section${id && html` id="${id}"`}><div class="head"><h2>${title}</h2>${remark && html`<p>${remark}</p>`}${
    more && html`<p class="more">${more}</p>`
  }</div>
${content}</section>
`;
}
