import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PageFile } from "../pages/long-table.ts";
import { replaceFolder } from "../pages/replace-folder.ts";
import { readAssets } from "./assets.ts";
import type { Docs } from "./docs.ts";
import { makePages } from "./make-pages.ts";
import { singleFile } from "./single-file.ts";

/** Where pages are written, and how. */
export interface WriteDocsOptions {
  projectDir: string;
  /** `target/docs` of the project unless given. */
  folder?: string | undefined;
  /** Everything in one file. */
  isSingleFile?: boolean;
}

/** What was written. */
export interface WrittenDocs {
  /** The page to begin with. */
  path: string;
  /** Of a single file. */
  bytes: number | undefined;
}

/** Writes the pages into `target/docs/` of the project, in the place of the last ones. */
export async function writeDocs(docs: Docs, options: WriteDocsOptions): Promise<WrittenDocs> {
  const { projectDir, folder = join(projectDir, "target", "docs"), isSingleFile = false } = options;
  const path = join(folder, "index.html");
  const assets = await readAssets();
  let bytes: number | undefined;
  await replaceFolder(folder, projectDir, async (stage) => {
    if (isSingleFile) {
      const text = await singleFile(makePages(docs), assets, docs.project);
      bytes = Buffer.byteLength(text);
      await writeFile(join(stage, "index.html"), text);
      return;
    }
    for (const name of ["assets", "data", "models", "runs"]) await mkdir(join(stage, name));
    await writeFile(join(stage, "assets", "docs.css"), assets.style);
    await writeFile(join(stage, "assets", "docs.js"), assets.script);
    await writeAll(stage, makePages(docs));
  });
  return { path, bytes };
}

/** Writes files some at a time, so that making the next ones does not wait for the disk. */
async function writeAll(folder: string, files: AsyncIterable<PageFile>): Promise<void> {
  let writing: Promise<void>[] = [];
  for await (const { path, text } of files) {
    writing.push(writeFile(join(folder, path), text));
    if (writing.length < 64) continue;
    await Promise.all(writing);
    writing = [];
  }
  await Promise.all(writing);
}
