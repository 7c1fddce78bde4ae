import { addressParts, type Choice, choiceOf, isChoice, isChosen, takeAddress } from "./choice.ts";
import { loadDataFile, receiveDataFiles } from "./data-file.ts";
import { elementOf, type Row, rowsIn } from "./row.ts";
import { addSorting, type Order, sorted } from "./sorting.ts";

const moreRows = 200;

interface TableState {
  rows: Row[];
  /** Whether `rows` are all that the page can show, and not only the first ones. */
  isWhole: boolean;
  /** Whether the file of the other rows was asked for in vain. */
  isMissing: boolean;
  shown: number;
  order: Order | undefined;
  address: Map<string, string>;
}

/** Hears what is chosen of the table of a form. */
type OnChoice = (form: HTMLFormElement, choice: Choice) => void;

/** Makes every table of the page searchable, sortable and as long as its data file. */
export function attachTables(onChoice: OnChoice = () => {}): void {
  receiveDataFiles();
  for (const form of document.querySelectorAll<HTMLFormElement>("form.tools")) {
    const table = document.getElementById(form.dataset.for ?? "");
    if (table instanceof HTMLTableElement) attachTable(form, table, onChoice);
  }
}

function attachTable(form: HTMLFormElement, table: HTMLTableElement, onChoice: OnChoice): void {
  const state: TableState = {
    rows: rowsIn(table),
    isWhole: table.dataset.file === undefined,
    isMissing: false,
    shown: 0,
    order: undefined,
    address: addressParts(),
  };
  const first = state.rows.length;
  state.shown = first;
  const more = moreButton(table);
  const update = async () => {
    const isAsked =
      isChoice(choiceOf(form, state.address)) || state.order !== undefined || state.shown > first;
    if (isAsked) await loadAll(table, state);
    // What was chosen while the file was loading counts.
    const choice = choiceOf(form, state.address);
    show({ form, table, more }, state, choice);
    onChoice(form, choice);
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    state.shown = first;
    state.address.delete("test");
    void update();
  });
  more.addEventListener("click", async () => {
    const before = table.tBodies[0]?.rows.length ?? 0;
    state.shown += moreRows;
    await update();
    table.tBodies[0]?.rows[before]?.querySelector("a")?.focus();
  });
  const followAddress = () => {
    state.address = addressParts();
    takeAddress(form, state.address);
    void update();
  };
  window.addEventListener("hashchange", followAddress);
  if (!isGrouped(table)) {
    addSorting(table, (order) => {
      state.order = order;
      void update();
    });
  }
  followAddress();
}

function isGrouped({ tBodies }: HTMLTableElement): boolean {
  return tBodies.length > 1;
}

/** Loads the data file as soon as somebody searches, sorts or wants more than the page holds. */
async function loadAll(table: HTMLTableElement, state: TableState): Promise<void> {
  if (state.isWhole) return;
  const rows = await loadDataFile(table.id, table.dataset.file ?? "");
  Object.assign(state, rows ? { rows, isWhole: true } : { isMissing: true });
}

interface TableParts {
  form: HTMLFormElement;
  table: HTMLTableElement;
  more: HTMLButtonElement;
}

function show({ form, table, more }: TableParts, state: TableState, choice: Choice): void {
  const labels = [...(table.tHead?.rows[0]?.cells ?? [])].map(({ dataset }) => dataset.name ?? "");
  const chosen = state.rows.filter((row) => isChosen(row, choice));
  const ordered = state.order ? sorted(chosen, state.order) : chosen;
  const visible = isGrouped(table) ? ordered : ordered.slice(0, state.shown);
  if (isGrouped(table)) showGroups(table, visible);
  else table.tBodies[0]?.replaceChildren(...visible.map((row) => elementOf(row, labels)));
  const total = Number(table.dataset.total ?? state.rows.length);
  const isAll = state.isWhole || state.isMissing;
  const known = isAll ? state.rows.length : total;
  const output = form.querySelector("output");
  if (output) {
    const rows = describe(isChoice(choice) ? chosen.length : undefined, known);
    output.textContent = `${rows}${whereOthersAre(total - known, state)}`;
  }
  showLeft(more, (isAll ? chosen.length : known) - visible.length);
}

function moreButton(table: HTMLTableElement): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "more-rows";
  table.after(button);
  return button;
}

function showLeft(button: HTMLButtonElement, left: number): void {
  button.hidden = left <= 0;
  button.textContent = `Show ${Math.min(left, moreRows)} more`;
}

/** Hides what is not chosen of a table in groups, and groups without a chosen row. */
function showGroups(table: HTMLTableElement, visible: readonly Row[]): void {
  const shown = new Set(visible.map(({ element }) => element));
  for (const body of table.tBodies) {
    const rows = [...body.rows].filter(({ classList }) => !classList.contains("group"));
    for (const row of rows) row.hidden = !shown.has(row);
    body.hidden = rows.every(({ hidden }) => hidden);
  }
}

function describe(chosen: number | undefined, known: number): string {
  return chosen === undefined
    ? `${number(known)} rows`
    : `${number(chosen)} of ${number(known)} rows`;
}

function whereOthersAre(others: number, { rows, isMissing }: TableState): string {
  if (others <= 0) return "";
  return isMissing
    ? `; the file with the other ${number(others)} is missing`
    : `, of ${number(rows.length + others)} in the CSV file`;
}

function number(value: number): string {
  return value.toLocaleString("en-GB");
}
