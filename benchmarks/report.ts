import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import type { Measurement } from "./measure.ts";

/** One line of the table. */
export interface Row {
  what: string;
  ours: string;
  peer: string;
  ratio: string;
}

/**
 * Ours beside a peer's, in milliseconds; the ratio is peer / ours of each pair of measurements, so above 1 is
 * faster.
 */
export function timeRow(
  what: string,
  ours: readonly Measurement[],
  peer: readonly Measurement[],
): Row {
  const times = (all: readonly Measurement[]) => all.map(({ milliseconds }) => milliseconds);
  const ratios = ours.flatMap(({ milliseconds }, index) => {
    const other = peer[index];
    return other ? [other.milliseconds / milliseconds] : [];
  });
  return {
    what,
    ours: spread(times(ours), "ms") + cpu(ours),
    peer: spread(times(peer), "ms") + cpu(peer),
    ratio: spread(ratios, "", 2),
  };
}

/** A peer that could not be measured, and why. */
export function missingRow(what: string, why: string): Row {
  return { what, ours: "", peer: why, ratio: "" };
}

/** A figure without a peer. */
export function figureRow(what: string, values: readonly number[], unit: string): Row {
  return { what, ours: spread(values, unit), peer: "", ratio: "" };
}

/**
 * Prints the table of a scenario and puts it into its section of a file, in place of an older one; the other sections
 * stay. It says on what and when it was measured, and where a peer is faster.
 */
export function writeReport(name: string, rows: readonly Row[], server: string, file: URL): void {
  const [head = "", ...sections] = readFileSync(file, "utf8").split(/^(?=## )/m);
  const made = sectionOf(name, rows, server);
  const others = sections.filter((text) => !text.startsWith(`## ${name}\n`));
  process.stdout.write(`${made}\n\n`);
  const all = [...others.map((text) => text.trimEnd()), made].sort();
  writeFileSync(file, `${[head.trimEnd(), ...all].join("\n\n")}\n`);
}

function sectionOf(name: string, rows: readonly Row[], server: string): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = `load ${loadavg()[1]?.toFixed(1)}`;
  return [
    `## ${name}`,
    "",
    `${new Date().toISOString().slice(0, 10)}, ${machine}, ${load}, Node ${process.version}, ${server}`,
    "",
    "| what | ours | peer | ratio |",
    "|---|---|---|---|",
    ...rows.map(({ what, ours, peer, ratio }) => `| ${what} | ${ours} | ${peer} | ${ratio} |`),
    ...comparison("The peer is faster", rows, (ratio) => ratio < 1),
    ...comparison("We are faster", rows, (ratio) => ratio >= 1),
  ].join("\n");
}

function comparison(
  heading: string,
  rows: readonly Row[],
  isMeant: (ratio: number) => boolean,
): string[] {
  const meant = rows.flatMap(({ what, ratio }) => {
    const times = Number.parseFloat(ratio);
    return isMeant(times) ? [`${what}: ${(times < 1 ? 1 / times : times).toFixed(1)} times`] : [];
  });
  return meant.length === 0 ? [] : ["", `${heading}: ${meant.join("; ")}.`];
}

function spread(
  values: readonly number[],
  unit: string,
  digits = Math.max(...values) < 10 ? 1 : 0,
): string {
  if (values.length === 0) return "";
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(
    (value) => value.toFixed(digits),
  );
  return `${[middle, unit].filter(Boolean).join(" ")} (${least} to ${most})`;
}

function cpu(measured: readonly Measurement[]): string {
  const times = measured.map(({ cpuMilliseconds }) => cpuMilliseconds);
  return times.some((time) => time > 0) ? `, CPU ${median(times).toFixed(0)} ms` : "";
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
