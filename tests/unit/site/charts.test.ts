import { describe, expect, it } from "vitest";
import { textOf } from "../../../runner/pages/html.ts";
import { linePath, logScale } from "../../../runner/pages/scale.ts";
import { recoveryByDay } from "../../../site/charts/recovery-by-day.ts";
import { marginBar, shareCurve } from "../../../site/charts/share-curve.ts";
import { sparkLine, stackedBar } from "../../../site/charts/spark.ts";
import { strip } from "../../../site/charts/strip.ts";
import { numbersOf } from "../../../site/read/rows.ts";

const hostile = `"><script>alert(1)</script>`;

describe("a strip", () => {
  const options = {
    domain: [1, 1_000] as [number, number],
    width: 100,
    objective: 100,
    label: hostile,
  };

  it("is a dot for each value below 20, and a box from there on", () => {
    const few = textOf(
      strip({ percentiles: "{1,2,3,4,5}", longest: "5", dots: "{1,200,Infinity}" }, options),
    );
    expect(few.match(/<circle/g)).toHaveLength(3);
    expect(few.match(/bad-dot/g)).toHaveLength(2);
    expect(few).not.toContain("<rect");
    const many = textOf(
      strip({ percentiles: "{1,2,3,4,500}", longest: "500", dots: null }, options),
    );
    expect(many).toContain("<rect");
    expect(many).toContain("bad-line");
  });

  it("holds its label as text", () => {
    const text = textOf(strip({ percentiles: null, longest: null, dots: null }, options));
    expect(text).not.toContain("<script>");
  });
});

describe("the scales", () => {
  it("keep what is beyond their ends at their ends", () => {
    const x = logScale([1, 100], [0, 10]);
    expect([0, 1, 10, 100, Number.POSITIVE_INFINITY].map(x)).toEqual([0, 0, 5, 10, 10]);
    expect(numbersOf("{1,Infinity}")).toEqual([1, Number.POSITIVE_INFINITY]);
    expect(numbersOf(null)).toEqual([]);
  });

  it("leave gaps where nothing was measured", () => {
    expect(linePath([[0, 1], null, [2, 3], [4, 5]])).toBe("M0 1M2 3L4 5");
  });
});

describe("the chart by day", () => {
  const test = (date: string, sample: string, rto = "met") => ({
    test_date: date,
    recovery_sample_seconds: sample,
    rto_result: rto,
  });
  const draw = (tests: Parameters<typeof recoveryByDay>[0]) =>
    textOf(
      recoveryByDay(tests, {
        days: ["2026-01-01", "2026-01-02"],
        objectiveMinutes: 30,
        label: hostile,
      }),
    );
  const path = (text: string, kind: string) =>
    new RegExp(`class="${kind}" d="([^"]*)"`).exec(text)?.[1] ?? "";

  it("draws each test of a day below 20, a box from there on", () => {
    const few = draw([test("2026-01-01", "60"), test("2026-01-01", "4000", "breached")]);
    expect(path(few, "met-points").match(/M/g)).toHaveLength(1);
    expect(path(few, "bad-points").match(/M/g)).toHaveLength(1);
    expect(path(few, "met-area")).toBe("");
    const many = draw(
      Array.from({ length: 20 }, (_, index) => test("2026-01-02", String(60 + index))),
    );
    expect(path(many, "met-area").match(/Z/g)).toHaveLength(1);
    expect(path(many, "met-points")).toBe("");
  });

  it("counts what never recovered in its own band", () => {
    const text = draw(Array.from({ length: 5 }, () => test("2026-01-01", "Infinity", "breached")));
    expect(text).toContain('class="small">5</text>');
    expect(path(text, "bad-points")).toBe("");
    expect(text).not.toContain("<script>");
  });
});

describe("the other drawings", () => {
  it("end a curve below 100 when tests never recovered", () => {
    const path = (seconds: number[]) =>
      /met-line" d="([^"]*)"/.exec(
        textOf(shareCurve(seconds, { objectiveMinutes: undefined, label: hostile })),
      )?.[1];
    const never = Number.POSITIVE_INFINITY;
    expect(path([60, 120])).toMatch(/V6H250$/);
    expect(path([60, never])).toMatch(/V55H250$/);
    expect(path([never])).not.toMatch(/V/);
  });

  it("need no value", () => {
    expect(marginBar(undefined, "")).toBeUndefined();
    expect(textOf(sparkLine([null, null], { domain: [0, 100], label: hostile }))).not.toContain(
      "NaN",
    );
    const label = hostile;
    expect(textOf(stackedBar([{ value: 0, kind: "bad" }], { total: 0, label }))).not.toMatch(
      /NaN|<script/,
    );
  });
});
