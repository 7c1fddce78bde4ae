// What the pages do with a script: search, filter and sort tables, and load the rows beyond the first.
import { receiveDataFiles } from "./data-file.ts";
import { attachTable } from "./table.ts";

receiveDataFiles();
for (const form of document.querySelectorAll<HTMLFormElement>("form.tools")) {
  const table = document.getElementById(form.dataset.for ?? "");
  if (table instanceof HTMLTableElement) attachTable(form, table);
}
