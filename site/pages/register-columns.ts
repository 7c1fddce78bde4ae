import type { Cell } from "../../runner/pages/cell.ts";
import { nothing } from "../../runner/pages/format.ts";
import type { Column } from "../../runner/pages/table.ts";
import { marginBar } from "../charts/share-curve.ts";
import { longerThan, minutes, shortHash, signedMinutes, words } from "../html/format.ts";
import { rowsLink } from "../html/links.ts";
import type { Terms } from "../html/terms.ts";
import { statusCell, verdictCell } from "../html/verdicts.ts";
import { number, type Row } from "../read/rows.ts";

/** A recovery in minutes; `> 30.8` for a test that did not recover while it was watched so long. */
export function recoveryCell(row: Row): Cell {
  if (row.recovery_seconds !== null) {
    return { text: minutes(row.recovery_seconds), key: number(row.recovery_seconds) };
  }
  // nobody knows how long one took that recovered at an unknown time, or of which it is not known
  if (row.is_recovered !== "f") return { text: nothing, key: -1 };
  return { text: longerThan(row.observed_seconds), key: number(row.observed_seconds) };
}

/** What was left of the objective. */
export function marginCell(row: Row): Cell {
  if (row.rto_margin_minutes === null) return { text: nothing, key: -1e9 };
  const key = number(row.rto_margin_minutes);
  return { text: signedMinutes(row.rto_margin_minutes), key, tone: key < 0 ? "bad" : undefined };
}

/** The columns of the evidence register, the verdict second, so that a phone shows it first. */
export function registerColumns(terms: Terms, isGrouped: boolean): Column<Row>[] {
  const scenario = (row: Row) =>
    row.scenario_id === "0" ? "name not mapped" : (row.scenario_name ?? nothing);
  return [
    {
      label: isGrouped ? "Scenario" : "Application · scenario",
      cell: (row) => (isGrouped ? scenario(row) : `${row.app_name} · ${scenario(row)}`),
    },
    {
      label: "Clock says",
      head: terms.define("Clock says", { column: "rto_evidence_register.rto_result" }),
      cell: (row) => verdictCell(row.rto_result),
    },
    {
      label: "Required every",
      head: terms.define("Required every", { column: "coverage_matrix.every_days" }),
      align: "right",
      cell: (row) => ({
        text: row.every_days ? `${row.every_days} d` : nothing,
        key: number(row.every_days),
      }),
    },
    {
      label: "Newest test",
      cell: (row) => ({
        text: row.test_date ?? "never",
        key: row.test_date ?? "",
        tone: row.test_date === null || row.coverage === "overdue" ? "bad" : "ink",
        sub: row.coverage === "overdue" ? "overdue" : undefined,
      }),
    },
    {
      label: "Tool says",
      cell: (row) => (row.test_date === null ? nothing : statusCell(row.status)),
    },
    {
      label: "Recovery, min",
      head: terms.define("Recovery, min", { column: "rto_evidence_register.recovery_seconds" }),
      align: "right",
      cell: recoveryCell,
    },
    {
      label: "Basis",
      head: terms.define("Basis", { column: "rto_evidence_register.recovery_basis" }),
      cell: (row) => words(row.recovery_basis),
    },
    {
      label: "Objective, min",
      align: "right",
      cell: (row) => ({ text: row.rto_minutes ?? nothing, key: number(row.rto_minutes) }),
    },
    {
      label: "Margin, min",
      head: terms.define("Margin, min", { column: "rto_evidence_register.rto_margin_minutes" }),
      align: "right",
      cell: marginCell,
    },
    ...(isGrouped ? [{ label: "−100 to +100 %", cell: marginDrawing }] : []),
    { label: "SHA-256 of the payload, source, run", cell: proofCell },
  ];
}

function marginDrawing(row: Row): Cell {
  const objective = number(row.rto_minutes);
  const share =
    row.rto_margin_minutes === null || objective === 0
      ? undefined
      : (100 * number(row.rto_margin_minutes)) / objective;
  return {
    text: "",
    chart: marginBar(share, `Margin: ${Math.floor(share ?? 0)} % of the objective`),
  };
}

function proofCell(row: Row): Cell {
  if (row.raw_test_id === null) return { text: nothing };
  return {
    text: shortHash(row.payload_hash),
    code: true,
    href: rowsLink(row.app_id, { test: row.raw_test_id }),
    sub: `${row.source_system ?? "no source"} · ${row.source_run_id ?? "no run id"}`,
  };
}
