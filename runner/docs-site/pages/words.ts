import type { Cell } from "../../pages/cell.ts";
import { count, moment, nothing } from "../../pages/format.ts";
import { html, type Markup } from "../../pages/html.ts";
import type { ActionRun, DocsAction } from "../docs.ts";

const states: Record<string, Pick<Cell, "text" | "tone" | "glyph">> = {
  failed: { text: "failed", tone: "bad", glyph: "▲" },
  error: { text: "error", tone: "bad", glyph: "▲" },
  warning: { text: "warning", tone: "ink", glyph: "◆" },
  skipped: { text: "skipped", tone: "unknown", glyph: "◌" },
  cancelled: { text: "cancelled", tone: "unknown", glyph: "◌" },
  interrupted: { text: "interrupted", tone: "unknown", glyph: "◌" },
  timed_out: { text: "timed out", tone: "bad", glyph: "▲" },
  running: { text: "running", tone: "unknown", glyph: "◐" },
  disabled: { text: "disabled", tone: "unknown", glyph: "–" },
  unknown: { text: "no run known", tone: "unknown", glyph: "◌" },
  successful: { text: "successful", tone: "good", glyph: "●" },
  passed: { text: "passed", tone: "good", glyph: "●" },
  tolerated: { text: "tolerated", tone: "good", glyph: "●" },
};

/** How something stands or ended, as a cell: red is only for what failed. */
export function stateCell(state: string): Cell {
  return states[state] ?? { text: state, tone: "unknown", glyph: "◌" };
}

/** The same as a mark in a text. */
export function stateMark(state: string): Markup {
  const { text, tone, glyph } = stateCell(state);
  return html`<span class="${tone ?? ""}"><span class="glyph" aria-hidden="true">${glyph}</span> ${text}</span>`;
}

/** What a run found: the verdict of a check, else how the action ended. */
export function outcomeOf({ verdict, status }: ActionRun): string {
  return verdict ?? status;
}

/** A duration for people: `209 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return nothing;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

const units = ["bytes", "kB", "MB", "GB", "TB"];

/** A size for people: `16 kB`, `1.5 GB`. */
export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return nothing;
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log(bytes) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : count(Math.round(value))} ${units[power]}`;
}

/** A moment of the history, in UTC. */
export function when(iso: string | null | undefined): string {
  return iso ? moment(new Date(iso).toISOString()) : nothing;
}

/** `5 of 5 passed`, for a check; for others how often they were successful. */
export function historyText({ history, kind }: DocsAction): string {
  if (history.length === 0) return nothing;
  const good = goodOnes(history);
  return `${good} of ${history.length} ${kind === "assertion" ? "passed" : "successful"}`;
}

/** The share of the last runs that were good, from 0 to 1; undefined where none is known. */
export function shareOfGood({ history }: DocsAction): number | undefined {
  return history.length === 0 ? undefined : goodOnes(history) / history.length;
}

function goodOnes(history: readonly ActionRun[]): number {
  return history.filter((run) => isGood(outcomeOf(run))).length;
}

function isGood(outcome: string): boolean {
  return ["passed", "tolerated", "successful"].includes(outcome);
}
