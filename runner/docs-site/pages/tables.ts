import { count, nothing } from "../../pages/format.ts";
import type { Markup } from "../../pages/html.ts";
import { facetOf, type LongTable, longTable, type PageFile } from "../../pages/long-table.ts";
import type { Column } from "../../pages/table.ts";
import { decidingRun } from "../collect/state-of.ts";
import type { DocsAction } from "../docs.ts";
import { folderName } from "./shell.ts";
import { historyText, shareOfGood, size, stateCell } from "./words.ts";

/** A part of a page with the files that it needs. */
export interface Part {
  markup: Markup;
  files: PageFile[];
}

const firstSentence = 160;

/** Every model, to search, filter and sort. */
export function modelsTable(models: readonly DocsAction[]): Part {
  return longTable({
    ...{ id: "models", caption: "Models", rows: models, columns: modelColumns },
    search: "name, description, tag",
    empty: "The project has no model yet.",
    facets: [
      facetOf({ key: "folder", label: "Folder" }, models, ({ folder }) => ({
        value: folder,
        label: folderName(folder),
      })),
      facetOf({ key: "kind", label: "Kind" }, models, ({ kind }) => ({ value: kind, label: kind })),
      facetOf({ key: "state", label: "State" }, models, ({ state }) => stateChoice(state)),
    ],
    facetsOf: ({ folder, kind, state }) => ({ folder, kind, state }),
  });
}

const modelColumns: Column<DocsAction>[] = [
  {
    label: "Model",
    cell: ({ name, page, description }) => ({ text: name, href: page, sub: brief(description) }),
  },
  { label: "Folder", cell: ({ folder }) => folderName(folder) },
  { label: "Kind", cell: ({ kind }) => kind },
  { label: "Tags", cell: ({ tags }) => tags.join(", ") || nothing },
  { label: "State", cell: ({ state }) => stateCell(state) },
  {
    label: "Rows, about",
    align: "right",
    cell: ({ relation }) => ({ text: count(relation?.rows), key: relation?.rows ?? -1 }),
  },
  {
    label: "Size",
    align: "right",
    cell: ({ relation }) => ({ text: size(relation?.bytes), key: relation?.bytes ?? -1 }),
  },
  {
    label: "Needs",
    align: "right",
    cell: ({ parents }) => ({ text: count(parents.length), key: parents.length }),
  },
  {
    label: "Used by",
    align: "right",
    cell: ({ children }) => ({ text: count(children.length), key: children.length }),
  },
];

/** Every check, what is bad first. */
export function checksTable(checks: readonly DocsAction[]): Part {
  const options: LongTable<DocsAction> = {
    ...{ id: "checks", caption: "Checks", rows: checks, columns: checkColumns },
    search: "check, rule, model",
    empty: "The project has no check yet.",
    facets: [
      facetOf({ key: "state", label: "State" }, checks, ({ state }) => stateChoice(state)),
      facetOf({ key: "folder", label: "Folder" }, checks, ({ folder }) => ({
        value: folder,
        label: folderName(folder),
      })),
    ],
    facetsOf: ({ folder, state }) => ({ folder, state }),
  };
  return longTable(options);
}

const checkColumns: Column<DocsAction>[] = [
  {
    label: "Check",
    cell: ({ name, page, rule }) => ({
      ...{ text: rule ?? name, href: page },
      sub: rule === undefined || rule === name ? undefined : name,
    }),
  },
  {
    label: "Of",
    cell: ({ checked: [first, ...others] }) =>
      first === undefined
        ? nothing
        : {
            ...{ text: first.name, href: first.page },
            sub: others.length > 0 ? `and ${others.length} more` : undefined,
          },
  },
  { label: "State", cell: ({ state }) => stateCell(state) },
  {
    label: "Failing rows",
    align: "right",
    cell: ({ history }) => {
      const failingRows = decidingRun(history)?.failingRows;
      return { text: count(failingRows), key: failingRows ?? -1 };
    },
  },
  {
    label: "Since",
    cell: ({ history }) => decidingRun(history)?.failingSince?.slice(0, 10) ?? nothing,
  },
  {
    label: "Last runs",
    cell: (check) => ({ text: historyText(check), key: shareOfGood(check)?.toFixed(4) ?? "" }),
  },
  { label: "Gate", cell: ({ isGate }) => (isGate ? "holds rows back" : nothing) },
];

function stateChoice(state: string): { value: string; label: string } {
  return { value: state, label: stateCell(state).text };
}

/** The first sentence of a description, cut. */
export function brief(description: string): string | undefined {
  const [sentence = ""] = description.split(/(?<=\.)\s|\n/, 1);
  if (sentence === "") return undefined;
  return sentence.length > firstSentence ? `${sentence.slice(0, firstSentence)}…` : sentence;
}
