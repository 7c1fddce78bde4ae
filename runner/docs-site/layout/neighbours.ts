import type { ColumnLink, DocsAction } from "../docs.ts";

/** A card of the drawing of a model and what stands next to it. */
export interface Card {
  action: DocsAction;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Columns of the card, by their place in the list of the action's columns. */
  rows: { name: string; index: number; type: string | undefined }[];
  /** Columns that are not drawn. */
  left: number;
  /** What it is joined, filtered, grouped or sorted by. */
  note: string | undefined;
}

/** A line from a column to a column, or from card to card where columns are not known. */
export interface Line {
  from: [x: number, y: number];
  to: [x: number, y: number];
  /** The columns of the middle card that it concerns. */
  columns: number[];
}

/** The width of a drawing, in pixels. */
export const drawingWidth = 940;

/** A drawing, in pixels. */
export interface Neighbours {
  cards: Card[];
  middle: Card;
  lines: Line[];
  height: number;
  /** Neighbours that are not drawn. */
  left: { parents: number; children: number };
}

export const headHeight = 30;
export const rowHeight = 24;
const noteHeight = 22;
const gap = 16;
// Stacks are centred beside each other, but a phone shows one at a time: it must not begin with an empty page.
const mostSpaceAbove = 120;
const mostCards = 8;
const mostRows = 14;
const mostMiddleRows = 60;
const places = { parents: [0, 222], middle: [340, 258], children: [716, 222] } as const;

/** Places a model between what it reads and what reads it, with the columns that are taken over. */
export function neighboursOf(action: DocsAction): Neighbours {
  const parents = action.parents.slice(0, mostCards).map((parent) => parentCard(parent, action));
  const children = action.children.slice(0, mostCards).map((child) => childCard(child, action));
  const all = action.columns.map(({ name, type }, index) => ({ name, type, index }));
  const middle = card(action, all, mostMiddleRows, places.middle);
  const height = Math.max(stacked(parents), stacked(children), middle.height);
  for (const stack of [parents, [middle], children]) spread(stack, height);
  return {
    ...{ cards: [...parents, ...children], middle, height },
    lines: [
      ...parents.flatMap((each) => parentLines(each, middle)),
      ...children.flatMap((each) => childLines(middle, each)),
    ],
    left: {
      parents: action.parents.length - parents.length,
      children: action.children.length - children.length,
    },
  };
}

function card(
  action: DocsAction,
  rows: Card["rows"],
  most: number,
  [x, width]: readonly [number, number],
  note?: string,
): Card {
  const shown = rows.slice(0, most);
  const left = rows.length - shown.length;
  const lines = shown.length * rowHeight + (left > 0 ? rowHeight : 0) + (note ? noteHeight : 0);
  const height = headHeight + lines + (lines > 0 ? 6 : 0);
  return { action, x, y: 0, width, height, rows: shown, left, note };
}

function parentCard(parent: DocsAction, action: DocsAction): Card {
  const taken = new Set(
    action.columns.flatMap(({ sources }) =>
      sources.filter((source) => source.action === parent).map(({ column }) => column),
    ),
  );
  return card(parent, rowsNamed(parent, taken), mostRows, places.parents, noteOf(parent, action));
}

function childCard(child: DocsAction, action: DocsAction): Card {
  const giving = new Set(
    child.columns
      .filter(({ sources }) => sources.some((source) => source.action === action))
      .map(({ name }) => name),
  );
  return card(child, rowsNamed(child, giving), mostRows, places.children, noteOf(action, child));
}

function rowsNamed({ columns }: DocsAction, names: ReadonlySet<string>): Card["rows"] {
  return columns
    .map(({ name, type }, index) => ({ name, type, index }))
    .filter(({ name }) => names.has(name));
}

/** What a reader joins, filters, groups or sorts by. */
function noteOf(source: DocsAction, reader: DocsAction): string | undefined {
  const used = source.columns.filter(({ usedBy }) =>
    usedBy.some(({ action }) => action === reader),
  );
  if (used.length === 0) return undefined;
  return `joins or filters by ${used.map(({ name }) => name).join(", ")}`;
}

function stacked(cards: readonly Card[]): number {
  return cards.reduce((sum, { height }) => sum + height + gap, -gap);
}

function spread(cards: readonly Card[], height: number): void {
  let y = Math.min(mostSpaceAbove, Math.round((height - stacked(cards)) / 2));
  for (const each of cards) {
    each.y = y;
    y += each.height + gap;
  }
}

function parentLines(parent: Card, middle: Card): Line[] {
  const lines = middle.rows.flatMap(({ index }) => {
    const links = middle.action.columns[index]?.sources ?? [];
    return linksTo(links, parent).map((column) => ({
      from: [parent.x + parent.width, rowY(parent, column)] as [number, number],
      to: [middle.x, rowY(middle, index)] as [number, number],
      columns: [index],
    }));
  });
  return lines.length > 0 ? lines : [whole(parent, middle)];
}

function childLines(middle: Card, child: Card): Line[] {
  const lines = child.rows.flatMap(({ index }) => {
    const links = child.action.columns[index]?.sources ?? [];
    return linksTo(links, middle).map((column) => ({
      from: [middle.x + middle.width, rowY(middle, column)] as [number, number],
      to: [child.x, rowY(child, index)] as [number, number],
      columns: [column],
    }));
  });
  return lines.length > 0 ? lines : [whole(middle, child)];
}

/** The places of the columns of a card that links lead to. */
function linksTo(links: readonly ColumnLink[], { action, rows }: Card): number[] {
  const names = new Set(links.filter((link) => link.action === action).map(({ column }) => column));
  return rows.filter(({ name }) => names.has(name)).map(({ index }) => index);
}

function rowY({ y, rows }: Card, index: number): number {
  const row = rows.findIndex((each) => each.index === index);
  return y + headHeight + row * rowHeight + rowHeight / 2;
}

function whole(from: Card, to: Card): Line {
  const head = headHeight / 2;
  return { from: [from.x + from.width, from.y + head], to: [to.x, to.y + head], columns: [] };
}
