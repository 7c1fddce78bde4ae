import { peek } from "../files/peek.ts";
import { readJunit as openJunit } from "../formats/junit.ts";
import { textChunks } from "../text/text-chunks.ts";
import { xmlEncoding } from "../text/xml-encoding.ts";
import type { FileReader } from "./file-reader.ts";

/** Reads a JUnit report in a stream. */
export const readJunit: FileReader = async function* (chunks, { context, onNote }) {
  const junit = openJunit(context);
  const taken = () => junit.take().map((mapped) => ({ format: "junit", mapped }));
  const { head, chunks: all } = await peek(chunks, 256);
  for await (const text of textChunks(all, xmlEncoding(head))) {
    junit.write(text);
    yield taken();
  }
  junit.end();
  yield taken();
  for (const note of junit.notes()) onNote(note);
};
