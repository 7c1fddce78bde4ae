import { openPromise, type Entry as ZipEntry, type ZipFile } from "yauzl";
import { FileRefused } from "../failure.ts";
import {
  isHidden,
  refusedArchive,
  refusing,
  safePath,
  spreadsheet,
  tooManyFiles,
} from "./archive-errors.ts";
import type { Entry } from "./entry.ts";
import { limited } from "./limited.ts";
import { limits } from "./limits.ts";

/** The files in a zip archive on the disk, one after the other. */
export async function* zipEntries(name: string): AsyncGenerator<Entry> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(name, { lazyEntries: true });
    if (zip.entryCount > limits.archiveFiles) throw tooManyFiles();
    for await (const entry of zip.eachEntry()) {
      const path = safePath(entry.fileName);
      if (/^(\[Content_Types\]\.xml|mimetype)$/.test(path)) throw spreadsheet();
      if (path.endsWith("/") || isHidden(path)) continue;
      yield { name: `${name}/${path}`, chunks: await unpacked(zip, entry) };
    }
  } catch (error) {
    throw refusedArchive(error);
  } finally {
    zip?.close();
  }
}

async function unpacked(zip: ZipFile, entry: ZipEntry): Promise<AsyncIterable<Buffer>> {
  if (entry.isEncrypted()) throw new FileRefused("the archive is encrypted");
  const chunks = refusing(await zip.openReadStreamPromise(entry));
  return limited(chunks, () => entry.compressedSize);
}
