/** Marks the way of one column: pointed at in the drawing, or chosen by the address of the page. */
export function attachColumns(): void {
  const drawing = document.querySelector<SVGElement>(".lineage svg");
  const chosen = () => /#column-(\d+)$/.exec(location.hash)?.[1];
  const mark = (column: string | undefined) => {
    for (const part of drawing?.querySelectorAll("[data-column]") ?? []) {
      const columns = (part.getAttribute("data-column") ?? "").split(" ");
      part.classList.toggle("on", column !== undefined && columns.includes(column));
    }
    for (const row of document.querySelectorAll("table.columns tbody tr")) {
      row.classList.toggle("on", row.id === `column-${column}`);
    }
    tell(column);
  };
  const follow = () => mark(chosen());
  for (const part of drawing?.querySelectorAll("g[data-column]") ?? []) {
    const [first] = (part.getAttribute("data-column") ?? "").split(" ");
    part.addEventListener("mouseenter", () => mark(first || undefined));
    part.addEventListener("mouseleave", follow);
  }
  window.addEventListener("hashchange", follow);
  follow();
}

function tell(column: string | undefined): void {
  const place = document.querySelector<HTMLElement>(".selected-column");
  const name = place?.querySelector("strong");
  if (!place || !name) return;
  const cell = document.querySelector(`#column-${column ?? ""} th`);
  place.hidden = cell === null;
  name.textContent = cell?.textContent ?? "";
}
