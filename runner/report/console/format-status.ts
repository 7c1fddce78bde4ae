import type { KeptChanges } from "../../status/kept-changes.ts";
import type { ProjectStatus, RelationStatus } from "../../status/read-status.ts";
import { targetName } from "../../target.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { formatTable } from "../rows/table.ts";
import { formatRuns } from "./format-history.ts";

/** What of a status is shown. */
export interface StatusOptions {
  /** A line for every table and view, not only for every folder. */
  verbose: boolean;
  width?: number | undefined;
}

/** Takes the status of a project and returns it as lines for people. */
export function formatStatus(status: ProjectStatus, { verbose, width }: StatusOptions): string[] {
  const { database, databaseBytes, relations, running, lastRun, isHistoryHidden } = status;
  const { keptChanges, isStandby } = status;
  const atRest = isStandby
    ? "runs at work: not known, this server is a standby"
    : "no run is at work";
  const missing = relations.filter(({ kind }) => kind === "missing");
  return [
    visibleText(`${database}, ${sizeOf(databaseBytes)}`),
    "",
    ...(verbose ? relationLines(relations, width) : layerLines(relations, width)),
    ...(missing.length === 0
      ? []
      : [
          "",
          `not built yet: ${missing.map(({ schema, name }) => `${schema}.${name}`).join(", ")}`,
        ]),
    "",
    running.length === 0 ? atRest : "at work:",
    ...running.map(({ application, since, blockedBy, statement }) => {
      const waits = blockedBy.length === 0 ? "" : `, waits for process ${blockedBy.join(", ")}`;
      return `  ${application}, since ${since}${waits}: ${statement.replace(/\s+/g, " ").trim()}`;
    }),
    ...(keptChanges.length === 0 ? [] : ["", ...keptChanges.map(changesLine)]),
    ...(lastRun ? ["", "last run:", ...formatRuns([lastRun], { width })] : []),
    ...(isHistoryHidden ? ["", "last run: not known, this role may not read run_history"] : []),
  ].flatMap((line) => visibleText(line).split("\n"));
}

function changesLine({ followed, follower, bytes }: KeptChanges): string {
  const name = targetName(follower);
  return `changes of ${targetName(followed)} are kept for ${name}, ${sizeOf(bytes)}: no model of this project makes it now; if no other project does, drop table ${name}, and the next run removes them`;
}

function layerLines(relations: readonly RelationStatus[], width: number | undefined): string[] {
  const layers = groupByLayer(relations);
  const rows = [...layers, ["total", relations] as const].map(([layer, members]) => [
    layer,
    ...[(kind: string) => kind.endsWith("table"), (kind: string) => kind.endsWith("view")].map(
      (isKind) => String(members.filter(({ kind }) => isKind(kind)).length),
    ),
    rowsOf(members),
    sizeOf(sum(members.map(({ bytes }) => bytes))),
  ]);
  return table(["folder", "tables", "views", "rows", "size"], rows, width);
}

function relationLines(relations: readonly RelationStatus[], width: number | undefined): string[] {
  const rows = relations.map((relation) => {
    const { layer, schema, name, kind, bytes } = relation;
    const isStored = kind === "table" || kind === "materialized view";
    const [count, size] = isStored ? [rowsOf([relation]), sizeOf(bytes ?? 0)] : ["", ""];
    return [layer, `${schema}.${name}`, kind, count, size];
  });
  return table(["folder", "name", "kind", "rows", "size"], rows, width);
}

function groupByLayer(relations: readonly RelationStatus[]): Map<string, RelationStatus[]> {
  const layers = new Map<string, RelationStatus[]>();
  for (const relation of relations) {
    layers.set(relation.layer, [...(layers.get(relation.layer) ?? []), relation]);
  }
  return layers;
}

/** `12,345`; with `~` when a part of it is estimated, and `?` when a part may not be counted. */
function rowsOf(relations: readonly RelationStatus[]): string {
  const stored = relations.filter(({ kind }) => kind === "table" || kind === "materialized view");
  const isEstimate = stored.some(({ isEstimate }) => isEstimate);
  const isUnknown = stored.some(({ rows }) => rows === null);
  const count = sum(stored.map(({ rows }) => rows)).toLocaleString("en-US");
  return `${isEstimate ? "~" : ""}${count}${isUnknown ? " + ?" : ""}`;
}

function sum(numbers: readonly (number | null)[]): number {
  return numbers.reduce<number>((total, each) => total + (each ?? 0), 0);
}

const units = ["bytes", "kB", "MB", "GB", "TB"];

/** Bytes as PostgreSQL writes them: 1 kB has 1024. */
function sizeOf(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const amount = bytes / 1024 ** power;
  return `${power === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}

function table(heads: string[], rows: string[][], width: number | undefined): string[] {
  const columns = heads.map((name) => ({ name, typeOid: 25 }));
  const alignRight = heads.map((head) => ["tables", "views", "rows", "size"].includes(head));
  return formatTable(columns, rows, { alignRight, maxWidth: width });
}
