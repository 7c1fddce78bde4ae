import { count, nothing } from "../../runner/pages/format.ts";
import { html, type Markup } from "../../runner/pages/html.ts";
import { section } from "../../runner/pages/section.ts";
import { table } from "../../runner/pages/table.ts";
import { stackedBar } from "../charts/spark.ts";
import { percent, words } from "../html/format.ts";
import { groupBy, number, type Row, sum } from "../read/rows.ts";
import { type Report, shareOf } from "../report.ts";

/** What became of the rows of each source. */
export function sourcesSection(report: Report): Markup {
  const { data_quality: quality, quarantined_by_reason: reasons } = report.facts.data;
  const byReason = groupBy(reasons.rows, "source_system");
  return section(
    "What the sources delivered",
    {
      remark: html`All rows ever received. Bar: counted, repeats (light), not conclusive (hatched), unusable (dark). <a href="quality.html">More</a>`,
    },
    table({
      id: "sources",
      caption: "What the sources delivered",
      rows: quality.rows.slice(0, 30),
      empty: "No source has delivered anything yet.",
      columns: [
        {
          label: "Source",
          cell: (row) => ({
            text: row.source_system ?? "not named",
            tone: row.source_system ? undefined : "muted",
          }),
        },
        {
          label: "Rows",
          align: "right",
          cell: (row) => ({ text: count(row.received_rows), chart: funnelBar(row) }),
        },
        { label: "Counted", align: "right", cell: (row) => count(row.staged_rows) },
        { label: "Repeats, %", align: "right", cell: (row) => percent(row.duplicate_pct) },
        {
          label: "Not conclusive, %",
          align: "right",
          cell: (row) =>
            percent(shareOf(number(row.not_conclusive_rows), number(row.received_rows))),
        },
        { label: "Unusable, %", align: "right", cell: (row) => percent(row.quarantined_pct) },
        {
          label: "Most often because",
          cell: (row) => oftenestReason(byReason.get(row.source_system ?? "") ?? []),
        },
        { label: "Name not mapped, %", align: "right", cell: (row) => percent(row.unmapped_pct) },
        { label: "Over a day late, %", align: "right", cell: (row) => percent(row.late_pct) },
      ],
    }),
  );
}

/** What became of the rows of a source, as a bar. */
export function funnelBar(row: Row): Markup {
  const total = sum([row], "received_rows");
  return stackedBar(
    [
      { value: number(row.staged_rows), kind: "met" },
      { value: number(row.duplicate_rows), kind: "faint" },
      { value: number(row.not_conclusive_rows), kind: "unknown" },
      { value: number(row.quarantined_rows), kind: "ink" },
    ],
    {
      total,
      label: `Of ${count(total)} rows: ${count(row.staged_rows)} counted, ${count(row.quarantined_rows)} unusable`,
    },
  );
}

function oftenestReason(reasons: readonly Row[]) {
  const [first] = [...reasons].sort(
    (one, other) => number(other.quarantined_rows) - number(one.quarantined_rows),
  );
  return first
    ? { text: `${words(first.reason)} (${count(first.quarantined_rows)})`, tone: "muted" as const }
    : nothing;
}
