import { visibleText } from "../text/terminal-text.ts";

const markup = Symbol("markup");

/** Markup that may stand in a page as it is. Only `html` and `svg` templates make it. */
export interface Markup {
  readonly [markup]: string;
}

/** What may stand in a template: text is escaped, markup is not, nothing is left out. */
export type Content = Markup | string | number | false | null | undefined | readonly Content[];

/**
 * A template of HTML or SVG: `html\`<td title="${text}">${text}</td>\``. Every value is escaped for
 * text and for attributes in double quotes, unless it is markup itself. Values may not stand in the
 * name of an element or an attribute, in a script or in a style.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const text = parts.map((part, index) => part + textOf(values[index])).join("");
  return { [markup]: text };
}

/** The text of markup, for a file. */
export function textOf(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (typeof content === "string") return escapeText(content);
  if (typeof content === "number") return String(content);
  return isList(content) ? content.map(textOf).join("") : (content[markup] ?? "");
}

/** Text with what HTML could read as markup escaped, and controls and turns of direction written out. */
function escapeText(text: string): string {
  return visibleText(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function isList(content: Markup | readonly Content[]): content is readonly Content[] {
  return Array.isArray(content);
}
