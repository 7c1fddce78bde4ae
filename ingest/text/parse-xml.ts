import { mostLevels, readPlainElement } from "./plain-elements.ts";
import { parseStrictly, type XmlEvents } from "./xml-events.ts";

/** A parser that is fed pieces of text. Throws `FileRefused` for XML that is broken or a danger. */
export interface XmlFeed {
  write(text: string): void;
  end(): void;
}

const mostWaiting = 256 * 1024;

/**
 * A strict parser without any entities but the five of XML itself; blanks may stand before the declaration. `usual` names the element of which
 * nearly the whole document consists: such an element is read without the parser when it is plain.
 */
export function parseXml(events: XmlEvents, usual: string): XmlFeed {
  const parser = parseStrictly(events);
  const [begin, end] = [`<${usual}`, `</${usual}>`];
  let rest = "";
  let hasBegun = false;

  /** Reads plain elements from a place on, and gives the place after the last one. */
  function skipPlain(text: string, start: number): number {
    let at = start;
    while (parser.isAfterTag(mostLevels)) {
      const next = afterBlanks(text, at);
      const after = text.startsWith(begin, next) ? readPlainElement(text, next, events) : undefined;
      if (after === undefined) break;
      at = after;
    }
    if (at > start) parser.skip(text.slice(start, at));
    return at;
  }

  /** Whether the element at a place may only be cut off. */
  function isCutOff(text: string, at: number): boolean {
    if (!parser.isAfterTag(mostLevels) || text.length - at > mostWaiting) return false;
    const next = afterBlanks(text, at);
    const isBegun = text.startsWith(begin, next) || begin.startsWith(text.slice(next));
    return isBegun && !text.includes(end, next) && !text.includes(begin, next + begin.length);
  }

  return {
    write(piece) {
      const text = hasBegun ? rest + piece : piece.trimStart();
      hasBegun ||= text !== "";
      rest = "";
      let at = 0;
      while (at < text.length) {
        at = skipPlain(text, at);
        if (isCutOff(text, at)) {
          rest = text.slice(at);
          return;
        }
        // the parser gets what comes before the next element
        const until = tagBefore(begin, text, afterBlanks(text, at) + 1);
        parser.write(text.slice(at, until));
        at = until;
      }
    },
    end() {
      parser.write(rest);
      parser.end();
    },
  };
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function afterBlanks(text: string, start: number): number {
  let at = start;
  while (isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

/** The end of the tag that stands before the next of some text; else the end of all. */
function tagBefore(begin: string, text: string, start: number): number {
  for (let next = text.indexOf(begin, start); next >= 0; next = text.indexOf(begin, next + 1)) {
    let end = next;
    while (isBlank(text.charCodeAt(end - 1))) end -= 1;
    if (text[end - 1] === ">") return end;
  }
  return text.length;
}
