import { day } from "../../runner/pages/format.ts";
import { html, type Markup } from "../../runner/pages/html.ts";
import { linePath, logScale, round, type Scale } from "../../runner/pages/scale.ts";
import { groupBy, type Row } from "../read/rows.ts";

const width = 1120;
const left = 46;
const right = 1016;
const bandHeight = 26;
const top = 34;
const bottom = 214;
const ticks = [
  { value: 10, label: "10 s" },
  { value: 60, label: "1 min" },
  { value: 600, label: "10 min" },
  { value: 3_600, label: "1 h" },
  { value: 36_000, label: "10 h" },
];

/** What the chart is made for. */
export interface ByDayOptions {
  /** The days of the window, the first one first. */
  days: readonly string[];
  /** The objective that is valid today, in minutes, if there is one. */
  objectiveMinutes: number | undefined;
  label: string;
}

/**
 * Recovery of every test by day on a logarithmic axis: the 5th to 95th percentile and the median from
 * 20 recoveries of a day on, else each of them; a dot for each breach, a cross for each test that did
 * not recover while watched, in a band of its own. A day without tests stays empty.
 */
export function recoveryByDay(tests: readonly Row[], options: ByDayOptions): Markup {
  const { days, objectiveMinutes, label } = options;
  const byDay = groupBy(tests, "test_date");
  const y = logScale([5, 90_000], [bottom, top]);
  const step = (right - left) / days.length;
  const x = (index: number) => round(left + (index + 0.5) * step);
  const drawn = days.map((date, index) => drawDay(byDay.get(date) ?? [], x(index), { y, step }));
  const objective = objectiveMinutes && y(objectiveMinutes * 60);
  return html`<svg class="by-day" viewBox="0 0 ${width} 244" role="img" aria-label="${label}">
<path class="grid" d="M${left} ${bandHeight + 2}H${right}${ticks.map(({ value }) => `M${left} ${y(value)}H${right}`).join("")}"/>
<text x="${left - 8}" y="${bandHeight / 2 + 4}" text-anchor="end">never</text>
${ticks.map(({ value, label: text }) => html`<text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${text}</text>`)}
<path class="met-area" d="${drawn.map(({ bar }) => bar).join("")}"/>
<path class="median-line" d="${drawn.map(({ median }) => median).join("")}"/>
<path class="met-points" d="${drawn.map(({ dots }) => dots).join("")}"/>
<path class="bad-points" d="${drawn.map(({ breaches }) => breaches).join("")}"/>
<path class="bad-line" d="${drawn.map(({ crosses }) => crosses).join("")}"/>
${drawn.map(({ more }, index) => more > 0 && html`<text x="${x(index)}" y="11" text-anchor="middle" class="small">${more}</text>`)}
${objective && html`<path class="objective" d="M${left} ${objective}H${right}"/><text class="strong" x="${right + 8}" y="${objective}">${objectiveMinutes} min</text><text x="${right + 8}" y="${objective + 13}">objective</text>`}
${dayLabels(days, x)}</svg>`;
}

interface DrawnDay {
  bar: string;
  median: string;
  dots: string;
  breaches: string;
  crosses: string;
  /** How many did not recover, where there are more than crosses fit. */
  more: number;
}

const mostCrosses = 3;

function drawDay(
  tests: readonly Row[],
  x: number,
  { y, step }: { y: Scale; step: number },
): DrawnDay {
  const samples = tests.filter(({ recovery_sample_seconds: sample }) => sample !== null);
  const values = samples.map((test) => Number(test.recovery_sample_seconds)).sort((a, b) => a - b);
  const never = values.filter((value) => value === Number.POSITIVE_INFINITY).length;
  const half = round(Math.min(step * 0.34, 9));
  const hasBox = values.length >= 20;
  const finite = (test: Row) => test.recovery_sample_seconds !== "Infinity";
  const points = (chosen: readonly Row[]) =>
    chosen.map((test, index) => {
      const shift = round(((index % 3) - 1) * half * 0.7);
      return `M${round(x + shift)} ${y(Number(test.recovery_sample_seconds))}h0`;
    });
  const breached = samples.filter((test) => test.rto_result === "breached" && finite(test));
  const kept = samples.filter((test) => test.rto_result !== "breached" && finite(test));
  return {
    bar: hasBox ? boxPath(values, { x, y, half }) : "",
    median: hasBox ? `M${round(x - half)} ${y(disc(values, 0.5))}h${round(half * 2)}` : "",
    dots: hasBox ? "" : points(kept).join(""),
    breaches: points(breached).join(""),
    // the number stands in the place of the upper cross
    crosses: crosses(never > mostCrosses ? mostCrosses - 1 : never, x),
    more: never > mostCrosses ? never : 0,
  };
}

function boxPath(
  values: readonly number[],
  { x, y, half }: { x: number; y: Scale; half: number },
): string {
  const high = y(disc(values, 0.95));
  const low = y(disc(values, 0.05));
  return `M${round(x - half)} ${high}h${round(half * 2)}V${low}h${round(-half * 2)}Z`;
}

/** The value that this share of the sorted ones does not exceed, as PostgreSQL's percentile_disc. */
function disc(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function crosses(count: number, x: number): string {
  return Array.from({ length: count }, (_, index) => {
    const y = bandHeight - 4 - index * 6;
    return `M${round(x - 1.7)} ${round(y - 1.7)}l3.4 3.4m0-3.4l-3.4 3.4`;
  }).join("");
}

function dayLabels(days: readonly string[], x: (index: number) => number): Markup {
  const labelled = days
    .map((date, index) => ({ date, index }))
    .filter(({ date, index }) => index === 0 || isLabelled(date, index, days.length));
  return html`<path class="grid" d="${linePath([])}${labelled.map(({ index }) => `M${x(index)} 218v4`).join("")}"/>${labelled.map(
    ({ date, index }) =>
      html`<text x="${x(index)}" y="236" text-anchor="${index === 0 ? "start" : "middle"}">${day(date, false)}</text>`,
  )}`;
}

function isLabelled(date: string, index: number, count: number): boolean {
  if (count <= 10) return true;
  if (index < 5) return false;
  return count <= 31 ? index % 7 === 0 : /-(01|15)$/.test(date);
}
