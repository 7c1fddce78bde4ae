import { html, type Markup } from "../../runner/pages/html.ts";
import { linearScale, logScale, round } from "../../runner/pages/scale.ts";

const width = 256;
const height = 128;
const left = 26;
const right = 250;
const bottom = 104;
const domain: [number, number] = [0.1, 1_500];

/**
 * The share of tests that had recovered after so many minutes, on a logarithmic axis that is the same
 * for every curve. It ends below 100 per cent when tests never recovered. `seconds` are sorted,
 * Infinity for a test that did not recover.
 */
export function shareCurve(
  seconds: readonly number[],
  { objectiveMinutes, label }: { objectiveMinutes: number | undefined; label: string },
): Markup {
  const x = logScale(domain, [left, right]);
  const y = linearScale([0, 100], [bottom, 6]);
  const within = seconds.filter((value) => value <= (objectiveMinutes ?? 0) * 60).length;
  const share = (100 * within) / Math.max(1, seconds.length);
  return html`<svg class="curve" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
<path class="grid" d="M${left} ${y(100)}H${right}M${left} ${y(50)}H${right}M${left} ${y(0)}H${right}"/>
${[0, 50, 100].map((value) => html`<text x="${left - 5}" y="${y(value) + 4}" text-anchor="end">${value}</text>`)}
${[1, 10, 60].map((value) => html`<text x="${x(value)}" y="122" text-anchor="middle">${value}</text>`)}<text x="${right}" y="122" text-anchor="end">600 min</text>
${objectiveMinutes && html`<path class="objective" d="M${x(objectiveMinutes)} ${y(100)}V${bottom}"/>`}
<path class="met-line" d="${stepPath(seconds, x, y)}"/>${
    objectiveMinutes &&
    html`<circle class="median" cx="${x(objectiveMinutes)}" cy="${y(share)}" r="2.6"/>`
  }</svg>`;
}

const mostSteps = 90;

function stepPath(
  seconds: readonly number[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const finite = seconds.filter((value) => value < Number.POSITIVE_INFINITY);
  const every = Math.max(1, Math.ceil(finite.length / mostSteps));
  let path = `M${left} ${y(0)}`;
  for (const [index, value] of finite.entries()) {
    if ((index + 1) % every !== 0 && index !== finite.length - 1) continue;
    path += `H${x(value / 60)}V${y((100 * (index + 1)) / seconds.length)}`;
  }
  return `${path}H${round(right)}`;
}

const marginWidth = 78;

/** What was left of the objective, from -100 to +100 per cent of it; nothing when it is not known. */
export function marginBar(marginPercent: number | undefined, label: string): Markup | undefined {
  if (marginPercent === undefined || !Number.isFinite(marginPercent)) return undefined;
  const x = linearScale([-100, 100], [1, marginWidth - 1]);
  const from = Math.min(x(0), x(marginPercent));
  const length = Math.max(1, round(Math.abs(x(marginPercent) - x(0))));
  return html`<svg class="stack" viewBox="0 0 ${marginWidth} 10" width="${marginWidth}" height="10" role="img" aria-label="${label}"><rect class="${marginPercent < 0 ? "bad-area" : "met-area"}" x="${round(from)}" y="2" width="${length}" height="6"/><path class="axis" d="M${x(0)} 0V10"/></svg>`;
}
