import { realpathSync } from "node:fs";
import { readProjectFile } from "../../read-project-file.ts";

const mostCharacters = 200_000;

/** Returns what reads the files of a project as they were written; undefined for one that cannot be read. */
export function sourceReader(projectDir: string): (fileName: string) => string | undefined {
  const real = realpathSync(projectDir);
  const known = new Map<string, string | undefined>();
  const read = (fileName: string) => {
    const file = readProjectFile(real, fileName);
    if (!("bytes" in file)) return undefined;
    const text = file.bytes.toString("utf8").replace(/^\uFEFF/, "");
    return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
  };
  return (fileName) => {
    if (!known.has(fileName)) known.set(fileName, read(fileName));
    return known.get(fileName);
  };
}
