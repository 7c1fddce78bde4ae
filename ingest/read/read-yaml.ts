import { FileRefused } from "../failure.ts";
import { refuseDepth } from "../text/depth.ts";
import { readDocument } from "../text/read-document.ts";
import type { FileReader } from "./file-reader.ts";
import { piecesOf } from "./read-json.ts";

const mostCharacters = 8 * 1024 * 1024;

/** Reads a file of one or more YAML documents. */
export const readYaml: FileReader = async function* (chunks, options) {
  const text = await readDocument(chunks);
  if (text.length > mostCharacters) {
    throw new FileRefused("the YAML is larger than 8 MiB", "Give it as JSON.");
  }
  refuseDepth(text);
  yield* piecesOf(await parseYaml(text), options);
};

async function parseYaml(text: string): Promise<unknown[]> {
  // a command that reads no YAML starts sooner without its parser
  const { parseAllDocuments } = await import("yaml");
  try {
    const documents = parseAllDocuments(text, { maxAliasCount: 100, logLevel: "silent" } as object);
    return [...documents].map((document) => {
      const [problem] = document.errors;
      if (problem !== undefined) throw problem;
      return document.toJS({ maxAliasCount: 100 });
    });
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new FileRefused(`this is no YAML: ${message}`);
  }
}
