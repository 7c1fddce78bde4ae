import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { BronzeRow } from "../../../warehouse/bronze-row.ts";
import { copyStatement, copyStream } from "../../../warehouse/copy-rows.ts";

const passed: BronzeRow = {
  appId: 1,
  appName: null,
  scenarioName: "CPU Spike",
  startTime: Date.parse("2026-01-01T23:59:59.500Z"),
  endTime: Date.parse("2026-01-02T00:00:00.007Z"),
  durationMs: 507,
  status: "passed",
  errorMessage: null,
  metadata: null,
  createdAt: Date.parse("2026-01-02T00:00:00.007Z"),
  ingestedAt: Date.parse("2026-01-03T12:34:56.078Z"),
  sourceSystem: "generator",
  sourceRunId: "seed 42/2026-01-01/1",
  payloadHash: null,
  rawPayload: null,
  faultAt: null,
  detectedAt: null,
  recoveredAt: null,
  isRecovered: null,
  dataLossSeconds: null,
  recoveryBasis: null,
};

function* copies(count: number): Generator<BronzeRow> {
  for (let made = 0; made < count; made += 1) yield passed;
}

const nothing = "\\N";

describe("copyStream", () => {
  it("writes one line per row, with \\N where there is nothing", async () => {
    expect((await text(copyStream([passed]))).split("\t")).toEqual([
      ...["1", nothing, "CPU Spike", "2026-01-01T23:59:59.500Z", "2026-01-02T00:00:00.007Z"],
      ...["507", "passed", nothing, nothing, "2026-01-02T00:00:00.007Z"],
      ...["2026-01-03T12:34:56.078Z", "generator", "seed 42/2026-01-01/1", nothing, nothing, "t"],
      ...[nothing, nothing, nothing, nothing, nothing, `${nothing}\n`],
    ]);
  });

  it("writes what a source measures", async () => {
    const measured: BronzeRow = {
      ...passed,
      ...{ appId: null, appName: "Payments", payloadHash: "ab", rawPayload: '{"a":"\\n"}' },
      ...{ faultAt: 0, detectedAt: -1, recoveredAt: 1_000, isRecovered: false },
      ...{ dataLossSeconds: 0, recoveryBasis: "measured" },
    };
    const fields = (await text(copyStream([measured]))).split("\t");
    expect(fields.slice(0, 2)).toEqual([nothing, "Payments"]);
    expect(fields.slice(13)).toEqual([
      ...["ab", '{"a":"\\\\n"}', "t", "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z"],
      ...["1970-01-01T00:00:01.000Z", "false", "0", "measured\n"],
    ]);
  });

  it("writes a field for each column that it names", async () => {
    const named = /\((.*)\)/.exec(copyStatement)?.[1]?.split(", ");
    expect((await text(copyStream([passed]))).split("\t")).toHaveLength(named?.length ?? 0);
  });

  it("escapes what would end a field or a line", async () => {
    const row = { ...passed, errorMessage: "a\tb\nc\rd\\e" };
    expect((await text(copyStream([row]))).split("\t")[7]).toBe("a\\tb\\nc\\rd\\\\e");
  });

  it("counts every row, also those after the last whole piece", async () => {
    const counts: number[] = [];
    const lines = await text(copyStream(copies(3_000), (rows) => counts.push(rows)));
    expect(lines.match(/\n/g)).toHaveLength(3_000);
    expect(counts.at(-1)).toBe(3_000);
    expect(counts.length).toBeGreaterThan(1);
  });

  it("makes rows only as fast as they are read", async () => {
    let made = 0;
    function* counted(): Generator<BronzeRow> {
      for (const row of copies(Number.POSITIVE_INFINITY)) {
        made += 1;
        yield row;
      }
    }
    const stream = copyStream(counted());
    await new Promise((resolve) => stream.once("readable", resolve));
    await new Promise((resolve) => setImmediate(resolve));
    stream.destroy();
    expect(made).toBeLessThan(10_000);
  });

  it("writes nothing for no rows", async () => {
    expect(await text(copyStream([]))).toBe("");
  });
});
