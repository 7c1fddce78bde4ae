import { html, type Markup } from "../../runner/pages/html.ts";
import { logScale, type Scale } from "../../runner/pages/scale.ts";
import { numbersOf } from "../read/rows.ts";

/** A distribution as `recovery_by_…` gives it. */
export interface Distribution {
  /** 5th, 25th, 50th, 75th and 95th percentile. */
  percentiles: string | null | undefined;
  longest: string | null | undefined;
  /** Every value, when they are fewer than 20. */
  dots: string | null | undefined;
}

/** How a strip is drawn. */
export interface StripOptions {
  domain: [number, number];
  width: number;
  /** Where the objective is, if there is one. */
  objective?: number;
  /** What the values of the distribution are divided by. */
  unit?: number;
  label: string;
}

const height = 20;
const middle = height / 2;

/** A distribution on a logarithmic axis: a box from 20 values on, below that a dot for each. */
export function strip(distribution: Distribution, options: StripOptions): Markup {
  const { domain, width, objective, unit = 1, label } = options;
  const x = logScale(domain, [2, width - 2]);
  const dots = numbersOf(distribution.dots);
  const at = (value: number) => value / unit;
  const marks =
    dots.length > 0
      ? dots.map((value) => dot(x, at(value), objective))
      : box(x, numbersOf(distribution.percentiles).map(at), objective);
  const longest = distribution.longest ? at(Number(distribution.longest)) : undefined;
  return html`<svg class="strip" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">${
    objective && html`<path class="objective" d="M${x(objective)} 1V${height - 1}"/>`
  }${marks}${longest && dots.length === 0 && tick(x(longest), isLate(longest, objective))}</svg>`;
}

function box(x: Scale, percentiles: number[], objective: number | undefined): Markup | null {
  const [low, lower, median, upper, high] = percentiles;
  if (low === undefined || lower === undefined || median === undefined) return null;
  if (upper === undefined || high === undefined) return null;
  const turn = objective === undefined ? high : Math.min(Math.max(low, objective), high);
  const width = Math.max(1, x(upper) - x(lower));
  return html`<path class="met-line" d="M${x(low)} ${middle}H${x(turn)}"/>${
    high > turn && html`<path class="bad-line" d="M${x(turn)} ${middle}H${x(high)}"/>`
  }<rect class="met-area" x="${x(lower)}" y="${middle - 4}" width="${Math.round(width * 10) / 10}" height="8"/><circle class="median" cx="${x(median)}" cy="${middle}" r="2"/>`;
}

function dot(x: Scale, value: number, objective: number | undefined): Markup {
  const kind = isLate(value, objective) ? "bad-dot" : "met-dot";
  return html`<circle class="${kind}" cx="${x(value)}" cy="${middle}" r="2"/>`;
}

function tick(place: number, late: boolean): Markup {
  return html`<path class="${late ? "bad-line" : "met-line"}" d="M${place} ${middle - 4}V${middle + 4}"/>`;
}

function isLate(value: number, objective: number | undefined): boolean {
  return objective !== undefined && value > objective;
}

/** The axis above strips: numbers at their places. */
export function stripAxis(
  values: readonly { value: number; label: string; strong?: boolean }[],
  { domain, width }: Pick<StripOptions, "domain" | "width">,
): Markup {
  const x = logScale(domain, [2, width - 2]);
  return html`<svg class="strip" viewBox="0 0 ${width} 14" width="${width}" height="14" aria-hidden="true">${values.map(
    ({ value, label, strong }) =>
      html`<text x="${x(value)}" y="11" text-anchor="middle"${strong && html` class="strong"`}>${label}</text>`,
  )}</svg>`;
}
