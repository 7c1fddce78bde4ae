import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunnerError } from "../../../runner/errors.ts";
import {
  formatRunResults,
  writeRunResults,
} from "../../../runner/report/files/run-results-file.ts";
import { writeFileAtomically } from "../../../runner/report/files/write-file.ts";
import {
  actionResult,
  assertionResult,
  everythingHostile,
  failedResult,
  runResult,
} from "./sample-run.ts";

const context = { project: "sample", database: "postgres://me@host:5432/db" };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-results-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("writeRunResults", () => {
  it("writes the whole result to target/run_results.json and leaves no other file", async () => {
    const result = runResult([
      actionResult("a", { tags: ["daily"] }),
      failedResult("b", everythingHostile),
      assertionResult("rule", 1, [{ z: "1", a: everythingHostile + "x".repeat(1_000_000) }]),
      actionResult("c", { status: "skipped", reason: "silver.b failed" }),
    ]);
    const path = await writeRunResults(folder, result, context);
    expect(path).toBe(join(folder, "target", "run_results.json"));
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      schemaVersion: 1,
      ...context,
      ...result,
    });
    expect(readdirSync(join(folder, "target"))).toEqual(["run_results.json"]);
  });

  it("replaces an earlier result", async () => {
    await writeRunResults(folder, runResult([failedResult("b", "no")]), context);
    const path = await writeRunResults(folder, runResult([]), context);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ actions: [] });
  });
});

describe("formatRunResults", () => {
  it("writes keys in one order, whatever the order in memory", () => {
    const result = runResult([
      failedResult("b", "no"),
      assertionResult("rule", 1, [{ z: "1", a: "2" }]),
    ]);
    const reversed = <T>(value: T): T => {
      if (Array.isArray(value)) return value.map(reversed) as T;
      if (typeof value !== "object" || value === null) return value;
      const entries = Object.entries(value).reverse();
      return Object.fromEntries(
        entries.map(([key, inner]) => [key, key === "sample" ? inner : reversed(inner)]),
      ) as T;
    };
    expect(formatRunResults(reversed(result), reversed(context))).toBe(
      formatRunResults(result, context),
    );
  });

  it.each([
    "postgres://me:CANARY-pw@host:5432/db",
    "postgres://me:CANARY-pw@x@host/db",
    "postgres://:CANARY-pw@host/db",
    "host=h user=me password=CANARY-pw dbname=db",
    "host=h password = 'a CANARY-pw' dbname=db",
  ])("keeps the password of %s out", (database) => {
    const text = formatRunResults(runResult([]), { ...context, database });
    expect(text).not.toContain("CANARY-pw");
    expect(text).toContain("db");
  });
});

describe("writeFileAtomically", () => {
  it("makes missing folders, and replaces a link but not what it leads to", async () => {
    const link = join(folder, "link.json");
    writeFileSync(join(folder, "real.json"), "old");
    symlinkSync(join(folder, "real.json"), link);
    await writeFileAtomically(link, "new", folder);
    await writeFileAtomically(join(folder, "a/b/c.txt"), "deep", folder);
    expect(readFileSync(join(folder, "real.json"), "utf8")).toBe("old");
    expect(readFileSync(link, "utf8")).toBe("new");
    expect(readFileSync(join(folder, "a/b/c.txt"), "utf8")).toBe("deep");
  });

  it("names the path when it is a folder or lies below a file, and leaves nothing behind", async () => {
    mkdirSync(join(folder, "report.xml"));
    writeFileSync(join(folder, "file"), "");
    for (const path of [join(folder, "report.xml"), join(folder, "file/report.xml")]) {
      const failure = await writeFileAtomically(path, "x", folder).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RunnerError);
      expect((failure as RunnerError).message).toContain(path);
    }
    expect(readdirSync(folder).sort()).toEqual(["file", "report.xml"]);
  });

  it("writes into a pipe and does not replace it", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("sh", ["-c", `mkfifo "$0"`, pipe]);
    const [received] = await Promise.all([
      readFile(pipe, "utf8"),
      writeFileAtomically(pipe, "x", folder),
    ]);
    expect(received).toBe("x");
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  it("takes the longest name that a file can have", async () => {
    const path = join(folder, "n".repeat(255));
    await writeFileAtomically(path, "x", folder);
    expect(readFileSync(path, "utf8")).toBe("x");
  });
});
