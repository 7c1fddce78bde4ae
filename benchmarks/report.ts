import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { Measurement } from "./measure.ts";

/** One line of the table. */
export interface Row {
  scenario: string;
  ours: string;
  peer: string;
  ratio: string;
}

/** Ours beside a peer's, in milliseconds; the ratio is peer / ours, so above 1 is faster. */
export function timeRow(
  scenario: string,
  ours: readonly Measurement[],
  peer: readonly Measurement[],
): Row {
  const [mine, theirs] = [ours, peer].map((all) => all.map(({ milliseconds }) => milliseconds));
  return {
    scenario,
    ours: spread(mine ?? [], "ms"),
    peer: spread(theirs ?? [], "ms"),
    ratio: theirs?.length ? `${(median(theirs) / median(mine ?? [])).toFixed(2)}` : "",
  };
}

/** A figure without a peer. */
export function figureRow(scenario: string, values: readonly number[], unit: string): Row {
  return { scenario, ours: spread(values, unit), peer: "", ratio: "" };
}

/** Prints the table and writes it to a file. */
export function writeReport(rows: readonly Row[], file: URL): void {
  const machine = `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const text = [
    "# Benchmark results",
    "",
    "Made by `npm run bench`. Median (minimum to maximum); ratio = peer / ours.",
    "",
    `${new Date().toISOString().slice(0, 10)}, ${machine}`,
    "",
    "| scenario | ours | peer | ratio |",
    "|---|---|---|---|",
    ...rows.map(
      ({ scenario, ours, peer, ratio }) => `| ${scenario} | ${ours} | ${peer} | ${ratio} |`,
    ),
    "",
  ].join("\n");
  process.stdout.write(text);
  writeFileSync(file, text);
}

function spread(values: readonly number[], unit: string): string {
  if (values.length === 0) return "";
  const digits = Math.max(...values) < 10 ? 1 : 0;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} ${unit} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
