import { html, type Markup } from "../../pages/html.ts";
import { linearScale, round } from "../../pages/scale.ts";
import type { RunAction } from "../collect/critical-path.ts";
import type { Docs, DocsRun } from "../docs.ts";
import { duration } from "./words.ts";

/** Most actions with a bar of their own; beyond that those of the critical path and the longest. */
const mostBars = 80;
const rowHeight = 24;
const [barsFrom, width] = [300, 1000];

/** A bar for each action of a run, from when it began to when it ended; the critical path is marked. */
export function timeline(
  run: DocsRun,
  path: readonly RunAction[],
  { docs, root }: { docs: Docs; root: string },
): Markup | null {
  const ran = run.actions.filter(({ status }) => status === "successful" || status === "failed");
  if (ran.length === 0) return null;
  const begin = Math.min(...ran.map(({ startedAt }) => Date.parse(startedAt)));
  const end = Math.max(...ran.map(({ endedAt }) => Date.parse(endedAt)), begin + 1);
  const shown = shownOf(ran, path);
  const scale = linearScale([begin, end], [barsFrom, width - 60]);
  const height = shown.length * rowHeight + 24;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Timeline"><svg class="timeline" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="${shown.length} actions in ${duration((end - begin) / 1000)}; ${path.length} lie on the critical path">
${axis(begin, end, { scale, height })}${shown.map((action, index) => bar(action, index, { scale, isCritical: path.includes(action), docs, root }))}</svg></div>`;
}

function shownOf(ran: readonly RunAction[], path: readonly RunAction[]): RunAction[] {
  const longest = [...ran].sort((one, other) => other.seconds - one.seconds);
  const shown = new Set([...path, ...longest].slice(0, Math.max(mostBars, path.length)));
  return ran.filter((action) => shown.has(action));
}

function axis(
  begin: number,
  end: number,
  { scale, height }: { scale: (value: number) => number; height: number },
): Markup {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => begin + share * (end - begin));
  return html`${marks.map((at) => {
    const x = scale(at);
    return html`<path class="grid" d="M${x} 0V${height - 18}"/><text x="${x}" y="${height - 4}" text-anchor="middle">${duration((at - begin) / 1000)}</text>`;
  })}`;
}

function bar(
  action: RunAction,
  index: number,
  {
    scale,
    isCritical,
    docs,
    root,
  }: { scale: (value: number) => number; isCritical: boolean; docs: Docs; root: string },
): Markup {
  const { key, status, startedAt, endedAt, seconds, queueSeconds } = action;
  const [x, end] = [scale(Date.parse(startedAt)), scale(Date.parse(endedAt))];
  const y = index * rowHeight;
  const known = docs.byKey.get(key);
  const name = known?.name ?? (JSON.parse(key) as string[]).join(".");
  const label = html`<text class="${isCritical ? "strong" : "name"}" x="0" y="${y + 16}"><title>${name}</title>${cut(name)}</text>`;
  const queued = queueSeconds ? scale(Date.parse(startedAt) - queueSeconds * 1000) : x;
  const kind = status === "failed" ? "run-bad" : isCritical ? "run-critical" : "run-good";
  return html`${known ? html`<a href="${root}${known.page}">${label}</a>` : label}${
    x - queued > 1 &&
    html`<path class="queued" d="M${queued} ${y + 12}H${x}"><title>waited ${duration(queueSeconds)}</title></path>`
  }<rect class="${kind}" x="${x}" y="${y + 6}" width="${Math.max(2, round(end - x))}" height="12"><title>${name}: ${duration(seconds)}</title></rect><text x="${Math.max(2 + x, end) + 5}" y="${y + 16}">${duration(seconds)}</text>
`;
}

function cut(name: string): string {
  return name.length > 42 ? `${name.slice(0, 41)}…` : name;
}
