import { beforeAll, describe, expect, it } from "vitest";
import { mostRows } from "../../../runner/pages/data-file.ts";
import type { PageFile } from "../../../runner/pages/long-table.ts";
import { applicationsPage } from "../../../site/pages/applications.ts";
import { coveragePage } from "../../../site/pages/coverage.ts";
import { findingsPage } from "../../../site/pages/findings.ts";
import { overviewPage } from "../../../site/pages/overview.ts";
import { recoveryPage } from "../../../site/pages/recovery.ts";
import { registerPage } from "../../../site/pages/register.ts";
import { failedPage, passedButBreachedPage } from "../../../site/pages/test-lists.ts";
import { trendsPage } from "../../../site/pages/trends.ts";
import { largeReport } from "./large-facts.ts";

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
