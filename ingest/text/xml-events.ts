import { SaxesParser } from "saxes";
import { FileRefused } from "../failure.ts";
import { limits } from "../files/limits.ts";

/** What a reader of XML hears; names are as written, with their prefix. */
export interface XmlEvents {
  open(name: string, attributes: Record<string, string>): void;
  close(name: string): void;
  /** Text and CDATA; a long one comes whole. */
  text(text: string): void;
}

/** A strict parser without any entities but the five of XML itself; `parseXml` is the way to it. */
export function parseStrictly(events: XmlEvents) {
  const parser = new SaxesParser({ xmlns: false });
  let depth = 0;
  let sinceEvent = 0;
  let fed = 0;
  let tagEnd = -1;
  const heard =
    <T>(use: (value: T) => void) =>
    (value: T) => {
      sinceEvent = 0;
      use(value);
    };
  parser.on(
    "opentag",
    heard((tag) => {
      depth += 1;
      tagEnd = parser.position;
      if (depth > limits.nesting)
        throw new FileRefused(
          `line ${parser.line}: elements are nested deeper than ${limits.nesting} levels`,
        );
      events.open(tag.name, tag.attributes);
    }),
  );
  parser.on(
    "closetag",
    heard((tag) => {
      depth -= 1;
      tagEnd = parser.position;
      events.close(tag.name);
    }),
  );
  parser.on(
    "text",
    heard((text) => events.text(text)),
  );
  parser.on(
    "cdata",
    heard((text) => events.text(text)),
  );
  parser.on("doctype", () => {
    throw new FileRefused(
      "the XML has a document type, which may define entities: not read",
      "Take its <!DOCTYPE …> out.",
    );
  });
  parser.on("error", (error) => {
    // Terminal colours in messages are no XML, and common: as they are, or as &#27;.
    if (!/disallowed character|malformed character entity/.test(error.message)) throw broken(error);
  });
  return {
    write(text: string) {
      sinceEvent += text.length;
      if (sinceEvent > limits.documentBytes) {
        throw new FileRefused(
          `line ${parser.line}: one text is larger than ${limits.documentBytes / 1024 / 1024} MiB`,
        );
      }
      parser.write(text);
      fed += text.length;
    },
    end: () => void parser.close(),
    /** Whether what was written last is a tag, in an element that may hold so many levels more. */
    isAfterTag: (levels: number) =>
      tagEnd === fed &&
      depth > 0 &&
      depth + levels <= limits.nesting &&
      parser.xmlDecl.version !== "1.1",
    /** Counts the lines of a text that it was not given. */
    skip(text: string) {
      const lines = text.split(text.includes("\r") ? /\r\n?|\n/ : "\n");
      const last = [...(lines.at(-1) ?? "")].length;
      parser.line += lines.length - 1;
      parser.column = lines.length === 1 ? parser.column + last : last;
      sinceEvent = 0;
    },
  };
}

function broken(error: Error): FileRefused {
  return new FileRefused(`the XML is broken or cut off: line ${error.message}`);
}
