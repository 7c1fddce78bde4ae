import { visibleText } from "../../text/terminal-text.ts";

/**
 * Takes any text and returns it as XML 1.0 character data. Characters that XML forbids, and control
 * characters that it does not, are written out (`\x1b`).
 */
export function xmlText(text: string): string {
  return visibleText(text)
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** Takes a name, attributes (undefined ones are left out) and content; returns the element. */
export function xmlElement(
  name: string,
  attributes: Record<string, string | number | undefined>,
  content = "",
): string {
  const written = Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([key, value]) => ` ${key}="${attributeText(String(value))}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A parser turns plain line feeds and tabs of an attribute into spaces. */
function attributeText(text: string): string {
  return xmlText(text).replace(/["\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
