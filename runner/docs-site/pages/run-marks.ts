import { html, type Markup } from "../../pages/html.ts";
import { linearScale, round } from "../../pages/scale.ts";
import type { DocsAction } from "../docs.ts";
import { duration, historyText, outcomeOf, stateCell, when } from "./words.ts";

/** How the last runs of an action ended: a mark for each, the oldest first. */
export function historyStrip(action: DocsAction): Markup | null {
  const runs = action.history.slice(0, 12).reverse();
  if (runs.length === 0) return null;
  const width = runs.length * 8;
  return html`<svg class="strip" viewBox="0 0 ${width} 14" width="${width}" height="14" role="img" aria-label="${historyText(action)}, the newest last">${runs.map(
    (run, index) => {
      const kind = kindOf(outcomeOf(run));
      const bar = html`<rect class="${kind}" x="${index * 8}" y="${kind === "run-bad" ? 0 : 3}" width="6" height="${kind === "run-bad" ? 14 : 11}"><title>${when(run.startedAt)}: ${outcomeOf(run)}</title></rect>`;
      return bar;
    },
  )}</svg>`;
}

/** The class of a mark: its colour is that of the state's words. */
function kindOf(state: string): string {
  const { tone } = stateCell(state);
  return tone === "good" || tone === "bad" ? `run-${tone}` : "run-unknown";
}

/** Durations as bars, the oldest first; the longest fills the height. */
export function durationBars(
  runs: readonly { seconds: number | null; status: string; startedAt: string }[],
  label: string,
): Markup | null {
  const shown = runs.filter(({ seconds }) => seconds !== null).reverse();
  if (shown.length === 0) return null;
  const most = Math.max(...shown.map(({ seconds }) => seconds ?? 0), 0.001);
  const height = linearScale([0, most], [1, 34]);
  const width = Math.max(shown.length * 12, 24);
  return html`<svg class="bars" viewBox="0 0 ${width} 36" width="${width}" height="36" role="img" aria-label="${label}: the longest took ${duration(most)}, the newest ${duration(shown.at(-1)?.seconds)}">${shown.map(
    ({ seconds, status, startedAt }, index) => {
      const length = height(seconds ?? 0);
      return html`<rect class="${kindOf(status)}" x="${index * 12}" y="${round(36 - length)}" width="9" height="${length}"><title>${when(startedAt)}: ${duration(seconds)}, ${stateCell(status).text}</title></rect>`;
    },
  )}</svg>`;
}
