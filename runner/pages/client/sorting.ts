import type { PackedCell, Row } from "./row.ts";

/** By which column a table is sorted. */
export interface Order {
  column: number;
  down: boolean;
}

/** Puts a button into each head of a table that sorts by it, upwards first. */
export function addSorting(table: HTMLTableElement, onSort: (order: Order) => void): void {
  for (const [column, cell] of [...(table.tHead?.rows[0]?.cells ?? [])].entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.textContent = "↕";
    button.setAttribute("aria-label", `Sort by ${cell.dataset.name ?? ""}`);
    button.addEventListener("click", () => {
      const down = cell.getAttribute("aria-sort") === "ascending";
      forgetOrder(table);
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      button.textContent = down ? "↓" : "↑";
      onSort({ column, down });
    });
    cell.append(" ", button);
  }
}

function forgetOrder(table: HTMLTableElement): void {
  for (const cell of table.tHead?.rows[0]?.cells ?? []) {
    cell.removeAttribute("aria-sort");
    const button = cell.querySelector(".sort");
    if (button) button.textContent = "↕";
  }
}

/** Rows in an order; equal ones stay as they were. */
export function sorted(rows: readonly Row[], { column, down }: Order): Row[] {
  const sign = down ? -1 : 1;
  return [...rows].sort(
    (one, other) => sign * compare(keyOf(one.cells[column]), keyOf(other.cells[column])),
  );
}

function keyOf(cell: PackedCell | undefined): string | number {
  if (cell === undefined || typeof cell === "string") return cell ?? "";
  return cell.key ?? cell.text;
}

function compare(one: string | number, other: string | number): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true });
}
