import { readJunit as openJunit } from "../formats/junit.ts";
import { textChunks } from "../text/text-chunks.ts";
import type { FileReader } from "./file-reader.ts";

/** Reads a JUnit report in a stream. */
export const readJunit: FileReader = async function* (chunks, { context }) {
  const junit = openJunit(context);
  const taken = () => junit.take().map((mapped) => ({ format: "junit", mapped }));
  for await (const text of textChunks(chunks)) {
    junit.write(text);
    yield taken();
  }
  junit.end();
  yield taken();
};
