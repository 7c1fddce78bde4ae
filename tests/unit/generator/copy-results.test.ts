import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { copyStream } from "../../../generator/copy-results.ts";
import { resultsOfDay, type TestResult } from "../../../generator/test-results.ts";

const passed: TestResult = {
  appId: 1,
  scenarioName: "CPU Spike",
  startTime: Date.parse("2026-01-01T23:59:59.500Z"),
  endTime: Date.parse("2026-01-02T00:00:00.700Z"),
  durationMs: 1_200,
  status: "passed",
  errorMessage: null,
  metadata: null,
  sourceRunId: "seed 42/2026-01-01/1",
};

describe("copyStream", () => {
  it("writes one line per result, with \\N where there is nothing", async () => {
    expect((await text(copyStream([passed]))).split("\t")).toEqual([
      "1",
      "CPU Spike",
      "2026-01-01T23:59:59.500Z",
      "2026-01-02T00:00:00.700Z",
      "1200",
      "passed",
      "\\N",
      "\\N",
      "2026-01-02T00:00:00.700Z",
      "generator",
      "seed 42/2026-01-01/1\n",
    ]);
  });

  it("escapes what would end a field or a line", async () => {
    const result = { ...passed, errorMessage: "a\tb\nc\rd\\e" };
    expect((await text(copyStream([result]))).split("\t")[6]).toBe("a\\tb\\nc\\rd\\\\e");
  });

  it("counts every row, also those after the last whole piece", async () => {
    const counts: number[] = [];
    const lines = await text(
      copyStream(resultsOfDay("2026-01-01", 3_000, 1), (rows) => counts.push(rows)),
    );
    expect(lines.match(/\n/g)).toHaveLength(3_000);
    expect(counts.at(-1)).toBe(3_000);
    expect(counts.length).toBeGreaterThan(1);
  });

  it("makes rows only as fast as they are read", async () => {
    let made = 0;
    function* endless(): Generator<TestResult> {
      for (;;) {
        made += 1;
        yield passed;
      }
    }
    const stream = copyStream(endless());
    await new Promise((resolve) => stream.once("readable", resolve));
    await new Promise((resolve) => setImmediate(resolve));
    stream.destroy();
    expect(made).toBeLessThan(10_000);
  });

  it("writes nothing for no results", async () => {
    expect(await text(copyStream([]))).toBe("");
  });
});
