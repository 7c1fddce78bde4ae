import type { PageFile } from "../pages/long-table.ts";
import { keywordsIn } from "../sql/keywords.ts";
import { dataFiles } from "./data-files.ts";
import type { Docs } from "./docs.ts";
import { actionPage } from "./pages/action-page.ts";
import { homePage } from "./pages/home-page.ts";
import { lineagePage } from "./pages/lineage-page.ts";
import { checksPage, columnsPage, modelsPage, searchPage } from "./pages/list-pages.ts";
import { runPage, runsPage } from "./pages/runs-pages.ts";
import { sqlTexts } from "./pages/sql-section.ts";

/** Every page and the files of data beside them, one after the other. */
export async function* makePages(docs: Docs): AsyncGenerator<PageFile> {
  yield homePage(docs);
  yield* modelsPage(docs);
  yield* columnsPage(docs);
  yield lineagePage(docs);
  yield* checksPage(docs);
  yield* runsPage(docs);
  yield searchPage(docs);
  for (const run of docs.runs) yield* runPage(docs, run);
  const texts = docs.actions.flatMap((action) => sqlTexts(action).map(({ text }) => text));
  const keywords = await keywordsIn(texts);
  for (const action of docs.actions) yield actionPage(docs, action, keywords);
  yield* dataFiles(docs);
}
