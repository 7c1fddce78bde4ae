import type { Cell } from "../../runner/pages/cell.ts";

const verdicts: Record<string, Pick<Cell, "text" | "tone" | "glyph">> = {
  met: { text: "met", tone: "good", glyph: "●" },
  breached: { text: "breached", tone: "bad", glyph: "▲" },
  undetermined: { text: "undetermined", tone: "unknown", glyph: "◐" },
  missing_objective: { text: "no objective", tone: "unknown", glyph: "◌" },
  never_tested: { text: "never tested", tone: "bad", glyph: "○" },
};

/** The verdict of the clock: red only for a breach and for what was never tested. */
export function verdictCell(verdict: string | null | undefined): Cell {
  return verdicts[verdict ?? ""] ?? { text: verdict ?? "–" };
}

/** The word of the tool, which is ink: it is no verdict. */
export function statusCell(status: string | null | undefined): Cell {
  if (status === "passed") return { text: "passed", glyph: "●", tone: "ink" };
  if (status === "failed") return { text: "failed", glyph: "✕", tone: "ink" };
  return { text: status ?? "–", tone: "muted" };
}
