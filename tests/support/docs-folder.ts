import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Database } from "../../runner/database/database.ts";
import { readDocs } from "../../runner/docs-site/read-docs.ts";
import { writeDocs } from "../../runner/docs-site/write-docs.ts";
import { compileInWorker } from "./compile-project.ts";

/** The written pages of a project. */
export interface DocsFolder {
  path: (name: string) => string;
  read: (name: string) => string;
  /** Paths of the pages, sorted. */
  pages: () => string[];
}

/** Writes the pages of a project into a temporary folder, which is gone when the test ends. */
export async function docsOf(
  projectDir: string,
  {
    database,
    withSamples = false,
    isSingleFile = false,
  }: { database?: Database; withSamples?: boolean; isSingleFile?: boolean } = {},
): Promise<DocsFolder> {
  const place = mkdtempSync(join(tmpdir(), "dfpg-docs-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const folder = join(place, "docs");
  const compiled = await compileInWorker({ projectDir, onOutput: () => {}, onNotice: () => {} });
  const now = new Date("2026-01-31T12:00:00Z");
  const docs = await readDocs({ projectDir, compiled, database, withSamples, now });
  await writeDocs(docs, { projectDir, folder, isSingleFile });
  return {
    path: (name) => join(folder, name),
    read: (name) => readFileSync(join(folder, name), "utf8"),
    pages: () =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".html"))
        .sort(),
  };
}

/** A page without the code in it, whose words may be `null`. */
export function withoutCode(page: string): string {
  return page.replaceAll(/<pre[\s\S]*?<\/pre>/g, "");
}
