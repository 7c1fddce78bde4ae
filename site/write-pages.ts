import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../runner/own-files.ts";
import { bundleScript } from "../runner/pages/bundle-script.ts";
import type { PageFile } from "../runner/pages/long-table.ts";
import { csvFiles, csvOf, jsonFile, markdownFile } from "./formats.ts";
import { applicationPage } from "./html/links.ts";
import { asOfFile } from "./html/terms.ts";
import { applicationOf } from "./pages/application.ts";
import { applicationsPage } from "./pages/applications.ts";
import { coveragePage } from "./pages/coverage.ts";
import { definitionsPage } from "./pages/definitions.ts";
import { findingsPage } from "./pages/findings.ts";
import { lineagePage } from "./pages/lineage.ts";
import { overviewPage } from "./pages/overview.ts";
import { qualityPage } from "./pages/quality.ts";
import { recoveryPage } from "./pages/recovery.ts";
import { registerPage } from "./pages/register.ts";
import { failedPage, passedButBreachedPage } from "./pages/test-lists.ts";
import { testsOfApplicationPage } from "./pages/tests-of-application.ts";
import { trendsPage } from "./pages/trends.ts";
import { recoveriesOfApplication, testsOfApplication } from "./read/application-queries.ts";
import { groupBy, type Row } from "./read/rows.ts";
import { type Report, windowLengths } from "./report.ts";
import { repository } from "./repository.ts";

/** Pages of the whole report that are about the report's own window. */
const pages: ((report: Report) => PageFile[])[] = [
  ...[registerPage, coveragePage, passedButBreachedPage, failedPage, findingsPage],
  ...[trendsPage, qualityPage, lineagePage, definitionsPage],
];

/** Pages of the whole report that there are for each window. */
const windowedPages: ((report: Report, days: number) => PageFile[])[] = [
  (report, days) => [overviewPage(report, days)],
  applicationsPage,
  recoveryPage,
];

/** Writes every page of the report and the files that pages load or lead to. */
export async function writePages(report: Report, folder: string): Promise<void> {
  await writeAssets(folder);
  const write = (files: readonly PageFile[]) => writeFiles(folder, files);
  for (const make of pages) await write(make(report));
  for (const make of windowedPages) {
    for (const days of windowLengths) await write(make(report, days));
  }
  const evidence = evidenceOf(report);
  for (const app of report.facts.data.applications.rows) {
    await write(await filesOfApplication(report, app, evidence.get(app.app_id ?? "") ?? []));
  }
  await write([...csvFiles(report), jsonFile(report), markdownFile(report)]);
  if (report.facts.asOfSql) await write([{ path: asOfFile, text: report.facts.asOfSql }]);
}

/** One file of style and one of script, which any browser loads from a disk. */
async function writeAssets(folder: string): Promise<void> {
  const assets = join(folder, "assets");
  const styles = ["runner/pages/assets/pages.css", "site/assets/report.css"];
  const texts = styles.map((path) => readFileSync(join(repository, path), "utf8"));
  await mkdir(assets);
  await writeFile(join(assets, "report.css"), texts.join("\n"));
  const script = await bundleScript(join(repository, "site", "client", "main.ts"));
  await writeFile(join(assets, "report.js"), script);
}

/** Writes files into the folder of a report. */
export async function writeFiles(folder: string, files: readonly PageFile[]): Promise<void> {
  makeFolder(join(folder, "data"));
  for (const { path, text } of files) await writeFile(join(folder, path), text);
}

async function filesOfApplication(
  report: Report,
  app: Row,
  evidence: readonly string[],
): Promise<PageFile[]> {
  const id = app.app_id ?? "";
  const { read } = report.facts;
  const tests = await read((context) => testsOfApplication(context, id, evidence));
  const recoveries = await read((context) => recoveriesOfApplication(context, id));
  const facts = { app, tests: tests.rows, recoveries: recoveries.rows };
  return [
    ...report.windowsOf(applicationPage(id)).map((days) => applicationOf(report, days, facts)),
    ...testsOfApplicationPage(report, facts),
    { path: `data/tests-of-${id}.csv`, text: csvOf(tests) },
  ];
}

/** By application, the results in bronze that pages lead to, whatever their day. */
function evidenceOf(report: Report): Map<string, string[]> {
  const { rto_evidence_register: register, findings } = report.facts.data;
  const evidence = [
    ...register.rows.map((row) => ({ app_id: row.app_id ?? null, id: row.raw_test_id ?? null })),
    ...findings.rows.map((row) => ({
      app_id: row.app_id ?? null,
      id: row.opened_by_raw_test_id ?? null,
    })),
  ];
  const byApplication = groupBy(evidence, "app_id");
  return new Map(
    [...byApplication].map(([app, rows]) => [app, rows.flatMap(({ id }) => (id ? [id] : []))]),
  );
}
