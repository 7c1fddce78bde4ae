import { Presets, SingleBar } from "cli-progress";
import type { GenerateSettings } from "./generate-days.ts";

const quietMs = 1_000;

/** Shows the progress of a load on a terminal, once it has taken longer than a second. */
export interface LoadProgress {
  onProgress: NonNullable<GenerateSettings["onProgress"]>;
  stop(): void;
}

/** Starts to measure now. Without a terminal nothing is ever shown. */
export function showLoadProgress(stream: NodeJS.WriteStream): LoadProgress {
  if (!stream.isTTY) return { onProgress: () => {}, stop: () => {} };
  const startedAt = performance.now();
  const bar = new SingleBar(
    { stream, format: "{bar} {percentage}% | {value} of {total} tests | {eta_formatted} left" },
    Presets.shades_classic,
  );
  return {
    onProgress: ({ rows, totalRows }) => {
      if (bar.isActive) bar.update(rows);
      else if (performance.now() - startedAt > quietMs) bar.start(totalRows, rows);
    },
    stop: () => bar.stop(),
  };
}
