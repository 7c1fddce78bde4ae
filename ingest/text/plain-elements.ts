import { readPlainTag, withoutEntities } from "./plain-tags.ts";
import type { XmlEvents } from "./xml-events.ts";

/** How deep the elements of a plain one may be nested. */
export const mostLevels = 8;

/** What happens in an element, kept until it is known to be whole. */
interface Happened {
  kind: "open" | "close" | "text";
  /** A name, or the text. */
  said: string;
  attributes?: Record<string, string>;
}

/**
 * Reads an element that is whole in a text and written as nearly all tools write it: tags with quoted
 * attributes, text, CDATA. Takes the place of its `<`, tells the events and gives the place after it.
 * For any other element, good or bad, it gives undefined and tells nothing: that is for the parser.
 */
export function readPlainElement(
  text: string,
  start: number,
  events: XmlEvents,
): number | undefined {
  const happened: Happened[] = [];
  const end = collect(text, start, happened);
  if (end === undefined) return undefined;
  for (const { kind, said, attributes } of happened) {
    if (kind === "text") events.text(said);
    else if (kind === "open") events.open(said, attributes ?? {});
    else events.close(said);
  }
  return end;
}

/** Collects what happens in the element at a place, and gives the place after it. */
function collect(text: string, start: number, happened: Happened[]): number | undefined {
  const open: string[] = [];
  let at: number | undefined = start;
  while (at !== undefined) {
    const next: number = at + 1;
    if (text[next] === "/") at = readClose(text, at, open, happened);
    else if (text[next] === "!") at = readCdata(text, at, happened);
    else at = readOpen(text, at, open, happened);
    if (at === undefined || open.length === 0) return at;
    at = readText(text, at, happened);
  }
  return undefined;
}

function readOpen(text: string, at: number, open: string[], happened: Happened[]) {
  const tag = open.length < mostLevels ? readPlainTag(text, at) : undefined;
  if (tag === undefined) return undefined;
  const { name, attributes } = tag;
  happened.push({ kind: "open", said: name, attributes });
  if (tag.isEmpty) happened.push({ kind: "close", said: name });
  else open.push(name);
  return tag.end;
}

function readClose(text: string, at: number, open: string[], happened: Happened[]) {
  const name = open.pop() ?? "";
  const end = at + 2 + name.length;
  if (name === "" || !text.startsWith(name, at + 2) || text[end] !== ">") return undefined;
  happened.push({ kind: "close", said: name });
  return end + 1;
}

const cdata = "<![CDATA[";

function readCdata(text: string, at: number, happened: Happened[]): number | undefined {
  const start = at + cdata.length;
  const end = text.startsWith(cdata, at) ? text.indexOf("]]>", start) : -1;
  if (end < 0) return undefined;
  happened.push({ kind: "text", said: withLineEnds(text.slice(start, end)) });
  return end + 3;
}

/** Text up to the next tag, if there is any. */
function readText(text: string, at: number, happened: Happened[]): number | undefined {
  if (text[at] === "<") return at;
  const end = text.indexOf("<", at);
  if (end < 0) return undefined;
  const written = text.slice(at, end);
  const read = written.includes("]]>") ? undefined : withoutEntities(withLineEnds(written));
  if (read === undefined) return undefined;
  happened.push({ kind: "text", said: read });
  return end;
}

function withLineEnds(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}
