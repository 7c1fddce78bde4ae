import { FileRefused } from "../failure.ts";
import { limits } from "./limits.ts";

/** The path of a file in an archive; refuses one that leads out of it. */
export function safePath(path: string): string {
  const plain = path.replaceAll("\\", "/").replace(/^(\.\/)+/, "");
  if (plain.startsWith("/") || /^[a-z]:/i.test(plain) || plain.split("/").includes("..")) {
    throw new FileRefused(`the archive names a path outside of itself: ${JSON.stringify(path)}`);
  }
  return plain;
}

/** Whether a file of an archive is hidden, as those are that macOS adds: nobody means it as a result. */
export function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
}

/** The archive holds more files than are read. */
export function tooManyFiles(): FileRefused {
  return new FileRefused(`the archive holds more than ${limits.archiveFiles} files`);
}

/** An archive holds another one. */
export function nestedArchive(): FileRefused {
  return new FileRefused("an archive in an archive is not read", "Unpack the outer one first.");
}

/** The file is one of a spreadsheet program. */
export function spreadsheet(): FileRefused {
  return new FileRefused("a spreadsheet in its own format is not read", "Export it as CSV.");
}

/** What to say of a file that begins as those of packers and spreadsheets do that are not read; undefined for others. */
export function refusedPacked(head: Buffer): FileRefused | undefined {
  const start = head.toString("latin1", 0, 4);
  if (start === "\xd0\xcf\x11\xe0") return spreadsheet();
  if (!/^(BZh[1-9]|\xfd7zX|7z\xbc\xaf|\x28\xb5\x2f\xfd|Rar!)/.test(start)) return undefined;
  return new FileRefused(
    "what this file is packed with is not read",
    "Unpack it, or pack it as .gz, .zip or .tar.gz.",
  );
}

/** What to say of an archive that is broken. */
export function refusedArchive(error: unknown): unknown {
  if (error instanceof FileRefused) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (!(error instanceof Error) || /^E[A-Z]+$/.test(code)) return error;
  if (/relative path|absolute path/.test(error.message)) {
    return new FileRefused(`the archive names a path outside of itself: ${error.message}`);
  }
  return new FileRefused(`the archive is broken or cut off: ${error.message}`);
}

/** The bytes of a file in an archive; what is broken in the archive refuses the file. */
export async function* refusing(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    throw refusedArchive(error);
  }
}
