import { type LongTable, longTable as pagedTable } from "../../runner/pages/long-table.ts";

/** A long table of the report: all its rows are in a CSV file of that name, and in the JSON file. */
export function longTable<Row>({
  csv,
  ...options
}: Omit<LongTable<Row>, "files"> & { csv: string }) {
  const files = [
    { href: `data/${csv}.csv`, label: "CSV" },
    { href: "data/report.json", label: "JSON" },
  ];
  return pagedTable({ ...options, files });
}
