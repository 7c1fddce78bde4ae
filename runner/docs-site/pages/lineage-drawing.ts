import { counted } from "../../pages/format.ts";
import { html, type Markup } from "../../pages/html.ts";
import type { DocsAction } from "../docs.ts";
import {
  type Card,
  drawingWidth,
  headHeight,
  type Line,
  type Neighbours,
  neighboursOf,
  rowHeight,
} from "../layout/neighbours.ts";

const width = drawingWidth + 2;

/** A model between what it reads and what reads it; its script marks the way of one column. */
export function lineageDrawing(action: DocsAction, root: string): Markup | null {
  if (action.parents.length + action.children.length === 0) return null;
  const drawn = neighboursOf(action);
  const label = `${action.name} reads ${counted(action.parents.length, "model")} and is used by ${action.children.length}`;
  return html`<div class="scroll lineage" tabindex="0" role="region" aria-label="Lineage of ${action.name}"><svg viewBox="-1 -1 ${width} ${drawn.height + 2}" width="${width}" height="${drawn.height + 2}" role="group" aria-label="${label}">
<g class="lines">${drawn.lines.map(line)}</g>
${drawn.cards.map((each) => card(each, root, drawn))}${card(drawn.middle, root, drawn)}</svg></div>`;
}

function line({ from: [x, y], to: [toX, toY], columns }: Line): Markup {
  const middle = (x + toX) / 2;
  return html`<path d="M${x} ${y}C${middle} ${y} ${middle} ${toY} ${toX} ${toY}"${columns.length > 0 && html` data-column="${columns.join(" ")}"`}/>`;
}

function card(each: Card, root: string, { middle }: Neighbours): Markup {
  const { action, x, y, width, height, rows, left, note } = each;
  const isMiddle = each === middle;
  const name = cut(action.name, (width - 60) / 7.4);
  const foot = y + headHeight + rows.length * rowHeight;
  return html`<g class="card${isMiddle && html` middle`}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>
${
  isMiddle
    ? html`<text class="name" x="${x + 10}" y="${y + 20}">${name}</text>`
    : html`<a href="${root}${action.page}"><text class="name" x="${x + 10}" y="${y + 20}"><title>${action.name}</title>${name}</text></a>`
}<text class="type" x="${x + width - 10}" y="${y + 20}">${shortKind(action.kind)}</text>
${rows.map((row, index) => cardRow(each, row, { isMiddle, y: y + headHeight + index * rowHeight, root, middle }))}${
  left > 0 &&
  html`<text class="more" x="${x + 10}" y="${foot + 16}">and ${counted(left, "column")} more</text>`
}${note && html`<text class="note" x="${x + 10}" y="${y + height - 10}"><title>${note}</title>${cut(note, (width - 16) / 6.4)}</text>`}</g>
`;
}

function cardRow(
  { action, x, width }: Card,
  { name, index, type }: Card["rows"][number],
  { isMiddle, y, root, middle }: { isMiddle: boolean; y: number; root: string; middle: Card },
): Markup {
  const text = html`<text class="column" x="${x + 10}" y="${y + 16}"><title>${name}</title>${cut(name, (width - (isMiddle ? 110 : 20)) / 7.3)}</text>`;
  const href = isMiddle ? `#column-${index}` : `${root}${action.page}#column-${index}`;
  const columns = isMiddle ? [index] : concerned(action, name, middle.action);
  return html`<g data-column="${columns.join(" ")}"><rect class="row" x="${x + 1}" y="${y}" width="${width - 2}" height="${rowHeight}"/><a href="${href}">${text}</a>${
    isMiddle &&
    type &&
    html`<text class="type" x="${x + width - 10}" y="${y + 16}">${cut(type, 13)}</text>`
  }</g>`;
}

/** The columns of the middle that take from a column, or give to it. */
function concerned(action: DocsAction, name: string, middle: DocsAction): number[] {
  const given = middle.columns.flatMap(({ sources }, index) =>
    sources.some((source) => source.action === action && source.column === name) ? [index] : [],
  );
  const own = action.columns.find((column) => column.name === name)?.sources ?? [];
  const taken = own
    .filter((source) => source.action === middle)
    .map(({ column }) => middle.columns.findIndex((each) => each.name === column));
  return [...given, ...taken];
}

function cut(text: string, characters: number): string {
  const most = Math.floor(characters);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function shortKind(kind: DocsAction["kind"]): string {
  const short: Partial<Record<DocsAction["kind"], string>> = {
    incremental: "incr",
    operation: "ops",
    declaration: "source",
    "materialized view": "mat. view",
  };
  return short[kind] ?? kind;
}
