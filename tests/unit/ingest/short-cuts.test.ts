import fc from "fast-check";
import { expect, it } from "vitest";
import { tableOf } from "../../../ingest/formats/tables.ts";
import { testRow } from "../../../ingest/load/rows.ts";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { readNdjson } from "../../../ingest/read/read-ndjson.ts";
import { between, plus, readMoment } from "../../../ingest/values/moment.ts";

const context = { path: "a", start: null, end: null, readTime: readMoment };
const shop = { appId: null, appName: "Shop" };

it("reads lines of several kinds in turn as it reads each by itself", async () => {
  const lines = Array.from({ length: 60 }, (_, index) => {
    const row = { app: "Shop é", status: "ok", start: "2026-01-05T10:00:00.50Z", id: `r${index}` };
    const more = [{}, { error: "a\tb\\" }, { metadata: { a: index } }, { duration_ms: index / 7 }];
    return JSON.stringify({ ...row, ...more[Math.floor(index / 5) % 4] });
  });
  const whole = await rowsOf(lines.join("\n"));
  // a blank before it makes a line one for JSON.parse
  expect(whole).toEqual(await rowsOf(lines.map((line) => ` ${line}`).join("\n")));
  const each = await Promise.all(lines.map(rowsOf));
  expect(whole).toEqual(each.flat());
  expect(whole).toHaveLength(60);
});

async function rowsOf(text: string) {
  const chunks = (async function* () {
    yield Buffer.from(text);
  })();
  const rows: object[] = [];
  for await (const pieces of readNdjson(chunks, { context: { ...context }, onNote: () => {} })) {
    for (const { mapped } of pieces) {
      rows.push(testRow(mapped as MappedTest, shop, "manual", "full"));
    }
  }
  return rows;
}

it("escapes for COPY a payload of which the keys alone have a backslash", () => {
  const table = tableOf("app,status,start,C:\\x");
  const values = ["Shop", "ok", "2026-01-05", "y"];
  const payload = table?.write(values, true);
  if (table === undefined || payload === undefined) throw new Error("no table");
  const mapped = table.format.open(table.names, context).read(values, payload) as MappedTest;
  const { payload: written } = testRow(mapped, shop, "manual", "full");
  expect(written.split("\t")[1]).toBe(
    JSON.stringify(JSON.parse(payload.text)).replaceAll("\\", "\\\\"),
  );
});

it("counts with moments as Date does, to the millisecond", () => {
  const time = fc.date({
    min: new Date(-62_000_000_000_000),
    max: new Date(253_000_000_000_000),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(fc.array(time, { minLength: 2, maxLength: 4 }), fc.integer(), (times, ms) => {
      const moments = times.map((each) => readMoment(each.toISOString()));
      for (const [index, from] of times.entries()) {
        const to = times[(index + 1) % times.length] as Date;
        const [moment = null, next = null] = [moments[index], moments[(index + 1) % times.length]];
        expect(between(moment, next)).toBe(to.getTime() - from.getTime());
        const later = new Date(from.getTime() + ms);
        expect(plus(moment, ms)).toBe(readMoment(later.toISOString()));
      }
    }),
  );
  expect(plus("2026-01-05T10:00:00.1234Z", 1)).toBe("2026-01-05T10:00:00.1244Z");
});
