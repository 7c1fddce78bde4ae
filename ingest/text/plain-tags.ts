/** A tag of an element that begins. */
export interface PlainTag {
  name: string;
  attributes: Record<string, string>;
  isEmpty: boolean;
  /** The place after it. */
  end: number;
}

/** What reads the tags that have the same name and the same attributes in the same order. */
interface Kind {
  keys: readonly string[];
  pattern: RegExp;
}

const blank = String.raw`[ \t\r\n]`;
const attributePattern = String.raw`${blank}+([A-Za-z_][\w.-]*)="([^"<]*)"`;
const attribute = new RegExp(attributePattern, "g");
const tag = new RegExp(`<([A-Za-z_][\\w.-]*)((?:${attributePattern})*)${blank}*(/?)>`, "y");

// Nearly every tag is of a kind that came before. To read it by its own pattern takes a third of the time.
const kinds = new Map<string, Kind[]>();
const mostNames = 20;
const mostKinds = 4;

/**
 * Reads the tag at a place; undefined when it is no tag that begins an element, or is written in an
 * unusual way: with single quotes, blanks around `=`, letters that are not of ASCII in names.
 */
export function readPlainTag(text: string, start: number): PlainTag | undefined {
  const name = nameAt(text, start + 1);
  for (const { keys, pattern } of kinds.get(name) ?? []) {
    pattern.lastIndex = start;
    const found = pattern.exec(text);
    if (found === null) continue;
    const attributes: Record<string, string> = {};
    let at = 0;
    for (const key of keys) {
      at += 1;
      attributes[key] = found[at] ?? "";
    }
    return { name, attributes, isEmpty: found[at + 1] !== "", end: pattern.lastIndex };
  }
  return readNewTag(text, start);
}

function nameAt(text: string, start: number): string {
  let end = start;
  // up to a blank, a slash or a bracket
  for (let code = text.charCodeAt(end); code > 0x20 && code !== 0x2f && code !== 0x3e; ) {
    end += 1;
    code = text.charCodeAt(end);
  }
  return text.slice(start, end);
}

function readNewTag(text: string, start: number): PlainTag | undefined {
  tag.lastIndex = start;
  const found = tag.exec(text);
  const [, name, written = "", , , slash] = found ?? [];
  if (name === undefined) return undefined;
  const attributes: Record<string, string> = {};
  for (const [, key = "", value = ""] of written.matchAll(attribute)) {
    const read = /[\t\r\n]/.test(value) ? undefined : withoutEntities(value);
    // one that is there twice, or that every object has
    if (read === undefined || key in attributes) return undefined;
    attributes[key] = read;
  }
  remember(name, Object.keys(attributes));
  return { name, attributes, isEmpty: slash !== "", end: tag.lastIndex };
}

function remember(name: string, keys: readonly string[]): void {
  const known = kinds.get(name) ?? [];
  const isKnown = known.some((kind) => kind.keys.join() === keys.join());
  if (isKnown || known.length === mostKinds || kinds.size === mostNames) return;
  const attributes = keys.map((key) => `${blank}+${literal(key)}="([^"<&\\t\\r\\n]*)"`);
  const pattern = new RegExp(`<${literal(name)}${attributes.join("")}${blank}*(/?)>`, "y");
  kinds.set(name, [...known, { keys, pattern }]);
}

function literal(name: string): string {
  return name.replaceAll(".", "\\.");
}

const entities: Record<string, string> = {
  ...{ "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&apos;": "'" },
  ...{ "&#9;": "\t", "&#10;": "\n", "&#13;": "\r", "&#xA;": "\n", "&#xD;": "\r", "&#34;": '"' },
};

/** The text that is meant; undefined when it has an unusual reference. */
export function withoutEntities(text: string): string | undefined {
  if (!text.includes("&")) return text;
  let isUsual = true;
  const read = text.replace(/&[^&;]{0,8};?/g, (reference) => {
    const meant = entities[reference];
    isUsual &&= meant !== undefined;
    return meant ?? "";
  });
  return isUsual ? read : undefined;
}
