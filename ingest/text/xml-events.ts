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

/** A parser that is fed pieces of text. Throws `FileRefused` for XML that is broken or a danger. */
export interface XmlFeed {
  write(text: string): void;
  end(): void;
}

/** A strict parser without any entities but the five of XML itself. */
export function parseXml(events: XmlEvents): XmlFeed {
  const parser = new SaxesParser({ xmlns: false });
  let depth = 0;
  let sinceEvent = 0;
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
    throw new FileRefused("the XML has a document type, which may define entities: not read");
  });
  parser.on("error", (error) => {
    // Terminal colours in messages are no XML, and common: as they are, or as &#27;.
    if (!/disallowed character|malformed character entity/.test(error.message)) throw broken(error);
  });
  return {
    write(text) {
      sinceEvent += text.length;
      if (sinceEvent > limits.documentBytes) {
        throw new FileRefused(
          `line ${parser.line}: one text is larger than ${limits.documentBytes / 1024 / 1024} MiB`,
        );
      }
      parser.write(text);
    },
    end: () => void parser.close(),
  };
}

function broken(error: Error): FileRefused {
  return new FileRefused(`the XML is broken or cut off: line ${error.message}`);
}
