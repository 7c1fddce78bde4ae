import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { profiles } from "../../../generator/profiles/profiles.ts";
import { withTruthFile } from "../../../generator/truth-file.ts";

const truths = [...profiles.realistic.rowsOfDay("2026-01-05", 400, 42)].map(({ truth }) => truth());

describe("withTruthFile", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "truth-"));
    return () => rmSync(folder, { recursive: true });
  });

  it("writes a line for each row and the totals at the end, and gives back the result", async () => {
    const path = join(folder, "made", "truth.ndjson");
    const result = await withTruthFile(path, async ({ onTruth }) => {
      for (const truth of truths) onTruth?.(truth);
      return 7;
    });
    expect(result).toBe(7);
    const lines = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, -1)).toEqual(truths);
    const { totals } = lines.at(-1);
    expect(totals.rows).toBe(truths.length);
    const count = (disposition: string) =>
      truths.filter((truth) => truth.disposition === disposition).length;
    for (const name of ["staged", "duplicate", "quarantined", "not_conclusive"]) {
      expect(totals[name]).toBe(count(name));
    }
    expect(totals["rto: met"] + totals["rto: breached"] + totals["rto: undetermined"]).toBe(
      count("staged"),
    );
    expect(readdirSync(join(folder, "made"))).toEqual(["truth.ndjson"]);
  });

  it("leaves the old file alone when the load fails, and no draft", async () => {
    const path = join(folder, "truth.ndjson");
    writeFileSync(path, "old");
    const load = withTruthFile(path, ({ onTruth }) => {
      onTruth?.(truths[0] as (typeof truths)[number]);
      return Promise.reject(new Error("no server"));
    });
    await expect(load).rejects.toThrow("no server");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["truth.ndjson"]);
  });

  it("leaves the old file alone when the load adds nothing, as one of days that are there", async () => {
    const path = join(folder, "truth.ndjson");
    const load = () => withTruthFile(path, () => Promise.resolve("skipped"));
    expect(await load()).toBe("skipped");
    expect(readFileSync(path, "utf8")).toBe('{"totals":{}}\n');
    writeFileSync(path, "old");
    expect(await load()).toBe("skipped");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["truth.ndjson"]);
  });

  it("refuses a path that cannot be written before anything is loaded", async () => {
    let loaded = false;
    writeFileSync(join(folder, "file"), "");
    const load = withTruthFile(join(folder, "file", "truth.ndjson"), () => {
      loaded = true;
      return Promise.resolve();
    });
    await expect(load).rejects.toMatchObject({ code: "USAGE" });
    expect(loaded).toBe(false);
  });

  it("asks for nothing without a path", async () => {
    expect(await withTruthFile(undefined, (settings) => Promise.resolve(settings))).toEqual({});
  });
});
