import { beforeAll, describe, expect, it } from "vitest";
import { mostRows } from "../../../runner/pages/data-file.ts";
import type { PageFile } from "../../../runner/pages/long-table.ts";
import { markdownFile } from "../../../site/formats.ts";
import { applicationsPage } from "../../../site/pages/applications.ts";
import { coveragePage } from "../../../site/pages/coverage.ts";
import { findingsPage } from "../../../site/pages/findings.ts";
import { overviewPage } from "../../../site/pages/overview.ts";
import { recoveryPage } from "../../../site/pages/recovery.ts";
import { registerPage } from "../../../site/pages/register.ts";
import { failedPage, passedButBreachedPage } from "../../../site/pages/test-lists.ts";
import { trendsPage } from "../../../site/pages/trends.ts";
import type { Row } from "../../../site/read/rows.ts";
import type { Report } from "../../../site/report.ts";
import { largeReport } from "./large-facts.ts";

it("says on every page and in the week's Markdown that the newest test is old, when it is", () => {
  const report = largeReport(2, 2);
  const of = (today: string) => ({ ...report, facts: { ...report.facts, today } });
  const fresh = of("2026-04-07");
  const old = of("2027-04-07");
  const texts = (each: Report) => [overviewPage(each, 30).text, registerPage(each)[0]?.text ?? ""];
  for (const text of [...texts(fresh), markdownFile(fresh).text]) {
    expect(text).not.toContain("The newest test is");
  }
  for (const text of texts(old)) {
    expect(text).toContain("<strong>The newest test is 372 days old</strong>, of 31 Mar 2026.");
  }
  expect(markdownFile(old).text).toContain("**The newest test is 372 days old, of 31 Mar 2026.**");
});

it.each([
  ["where there are too few tests for a share", "3"],
  ["where those with enough tests for a share kept it always", "20"],
])("names the application with most breaches %s", (_, kept) => {
  const report = largeReport(3, 2);
  const rows = report.facts.windows.rows.map((row) => ({
    ...row,
    rto_met_tests: row.app_id === "2" ? "1" : kept,
    rto_breached_tests: row.app_id === "2" ? "2" : "0",
  }));
  const { data } = report.facts;
  const pooled = {
    window_days: "90",
    total_tests: "9",
    rto_met_tests: "7",
    rto_breached_tests: "2",
  };
  const facts = {
    ...report.facts,
    windows: { ...report.facts.windows, rows },
    data: { ...data, all_applications: { ...data.all_applications, rows: [pooled] } },
  };
  expect(overviewPage({ ...report, facts }, 90).text).toContain(
    "In 90 days 2 of 9 judged tests took longer than the recovery objective of their day. Most breaches: Application number 2 (2 of 3).",
  );
});

it("says what became of results that were loaded, when none of them counts", () => {
  const report = largeReport(2, 2);
  const of = (data_quality: Row[], quarantined_by_reason: Row[]) => {
    const { data } = report.facts;
    const read = {
      rto_evidence_register: { ...data.rto_evidence_register, rows: [] },
      data_quality: { ...data.data_quality, rows: data_quality },
      quarantined_by_reason: { ...data.quarantined_by_reason, rows: quarantined_by_reason },
    };
    return overviewPage({ ...report, facts: { ...report.facts, data: { ...data, ...read } } }, 90);
  };
  expect(of([], []).text).toContain("Load results or generate some, then run the project.");
  const reasons = [
    { reason: "no_time", quarantined_rows: "2" },
    { reason: "unknown_application", quarantined_rows: "6" },
  ];
  const received = [{ received_rows: "9", quarantined_rows: "8", not_conclusive_rows: "1" }];
  expect(of(received, reasons).text).toContain(
    "Of 9 results received, 8 cannot be used, most often for unknown application; neither passed nor failed: 1.",
  );
});

it("does not say that there is no test where there is one from before the window", () => {
  const report = largeReport(1, 1);
  expect(report.facts.data.rto_evidence_register.rows[0]?.raw_test_id).toBeDefined();
  const { text } = overviewPage(report, 30);
  expect(text).toContain("There is no conclusive test in 30 days, so nobody knows.");
  expect(text).not.toContain("no conclusive test yet");
});

describe("the report of 1,000 applications with 50,000 pairs", () => {
  let files: PageFile[];

  beforeAll(() => {
    const report = largeReport(1_000, 50);
    files = [
      overviewPage(report, 90),
      ...[applicationsPage, recoveryPage].flatMap((page) => page(report, 90)),
      ...[
        registerPage,
        coveragePage,
        findingsPage,
        failedPage,
        passedButBreachedPage,
        trendsPage,
      ].flatMap((page) => page(report)),
    ];
  });

  it("keeps every page within 150 KB and 5,000 elements", () => {
    const pages = files.filter(({ path }) => path.endsWith(".html"));
    expect(pages.length).toBe(9);
    for (const { path, text } of pages) {
      expect(Buffer.byteLength(text), path).toBeLessThan(150 * 1024);
      expect(text.match(/<[a-z]/g)?.length, path).toBeLessThan(5_000);
    }
  });

  it("caps what a page can load, and says where the rest is", () => {
    const register = files.find(({ path }) => path === "data/register.js");
    expect(register?.text.split("\n").filter((line) => line.startsWith("[[")).length).toBe(
      mostRows,
    );
    expect(Buffer.byteLength(register?.text ?? "")).toBeLessThan(4 * 1024 * 1024);
    const page = files.find(({ path }) => path === "register.html")?.text ?? "";
    expect(page).toContain('data-total="50000"');
    expect(page).toContain("data/rto_evidence_register.csv");
  });

  it("shows what is bad first", () => {
    const page = files.find(({ path }) => path === "register.html")?.text ?? "";
    const [, body = ""] = page.split("<tbody");
    expect(body).toContain("never tested");
    expect(body).not.toContain(">met<");
  });

  it("says that the newest run failed, and on what", () => {
    for (const { path, text } of files.filter(({ path }) => path.endsWith(".html"))) {
      expect(text, path).toContain("The newest run failed");
      expect(text, path).toContain("<code>bad_model</code>: no such column");
    }
  });
});
