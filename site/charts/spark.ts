import { html, type Markup } from "../../runner/pages/html.ts";
import { linearScale, linePath, round } from "../../runner/pages/scale.ts";

/** A point of a small trend; null where nothing was measured. */
export interface SparkPoint {
  value: number;
  low?: number;
  high?: number;
}

const width = 132;

/** A small line with its band of confidence; its last point is marked. Gaps stay gaps. */
export function sparkLine(
  points: readonly (SparkPoint | null)[],
  { domain, label, height = 26 }: { domain: [number, number]; label: string; height?: number },
): Markup {
  const x = (index: number) => round(3 + (index * (width - 8)) / Math.max(1, points.length - 1));
  const y = linearScale(domain, [height - 3, 3]);
  const last = points.at(-1);
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">${bands(points, x, y)}<path class="met-line" d="${linePath(
    points.map((point, index) => point && [x(index), y(point.value)]),
  )}"/>${last && html`<circle class="met-dot" cx="${x(points.length - 1)}" cy="${y(last.value)}" r="2.2"/>`}</svg>`;
}

function bands(
  points: readonly (SparkPoint | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): Markup {
  const upper: string[] = [];
  const lower: string[] = [];
  const parts: string[] = [];
  const flush = () => {
    if (upper.length > 0) parts.push(`M${upper.join("L")}L${lower.reverse().join("L")}Z`);
    upper.length = 0;
    lower.length = 0;
  };
  for (const [index, point] of points.entries()) {
    if (point?.low === undefined || point.high === undefined) flush();
    else {
      upper.push(`${x(index)} ${y(point.high)}`);
      lower.push(`${x(index)} ${y(point.low)}`);
    }
  }
  flush();
  return html`<path class="band" d="${parts.join("")}"/>`;
}

/** Small bars of counts; the last one is marked. */
export function sparkBars(values: readonly number[], label: string): Markup {
  const height = 26;
  const most = Math.max(1, ...values);
  const step = (width - 4) / Math.max(1, values.length);
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">${values.map(
    (value, index) => {
      const length = value === 0 ? 0 : Math.max(1, round((value / most) * (height - 4)));
      const kind = index === values.length - 1 ? "bad-area" : "bad-area faint";
      return html`<rect class="${kind}" x="${round(2 + index * step)}" y="${round(height - length)}" width="${round(step - 1.5)}" height="${length}"/>`;
    },
  )}</svg>`;
}

/** Parts of a whole as one bar. */
export function stackedBar(
  parts: readonly { value: number; kind: "met" | "bad" | "unknown" | "faint" | "ink" }[],
  { total, label, width: length = 120 }: { total: number; label: string; width?: number },
): Markup {
  let x = 0;
  return html`<svg class="stack" viewBox="0 0 ${length} 10" width="${length}" height="10" role="img" aria-label="${label}">${parts.map(
    ({ value, kind }) => {
      if (value === 0 || total === 0) return null;
      const part = round(Math.max(0.6, (value / total) * length));
      const from = x;
      x = round(x + part);
      const drawn = html`<rect class="${kind}-area" x="${from}" y="0" width="${part}" height="10"/>`;
      if (kind !== "unknown") return drawn;
      const strokes: string[] = [];
      for (let at = from + 1; at < x; at += 3) strokes.push(`M${round(at)} 10l3-10`);
      return html`${drawn}<path class="hatch" d="${strokes.join("")}"/>`;
    },
  )}</svg>`;
}
