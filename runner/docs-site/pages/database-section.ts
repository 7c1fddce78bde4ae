import { count, nothing } from "../../pages/format.ts";
import { type Content, html, type Markup } from "../../pages/html.ts";
import { section } from "../../pages/section.ts";
import type { Docs, DocsAction } from "../docs.ts";
import { size } from "./words.ts";

/** How a run makes it, and what stands in the database: size, indexes, constraints, grants. */
export function databaseSection(action: DocsAction, { hasDatabase }: Docs): Markup | null {
  const { how, relation, history, kind } = action;
  if (kind === "assertion") return null;
  const [replaced] = history.flatMap(({ replacement }) => replacement ?? []);
  const facts: [string, Content][] = [
    ["How it is made", how],
    ["The last time", replaced],
    ["Stands as", relation?.kind],
    ["Rows, about", relation && relation.rows !== null && count(relation.rows)],
    ["Size", relation && relation.bytes !== null && `${size(relation.bytes)} with indexes`],
    ["Owner", relation?.owner],
    ["Indexes", list(relation ? relation.indexes : declaredIndexes(action))],
    ["Constraints", list(relation ? constraintsOf(action) : declaredConstraints(action))],
    ["Grants", list(relation ? grantsOf(action) : declaredGrants(action))],
  ];
  const known = facts.filter(
    ([, value]) => value !== undefined && value !== null && value !== false,
  );
  if (known.length === 0) return null;
  const remark = relation
    ? "As it stands; numbers of rows are PostgreSQL's estimates."
    : hasDatabase
      ? "It does not stand in the database: this is what the project declares."
      : "Without a database: this is what the project declares.";
  return section(
    "In the database",
    { remark, id: "database" },
    html`<dl class="rows">${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`,
  );
}

function list(texts: readonly string[]): Content {
  if (texts.length === 0) return undefined;
  return html`<ul>${texts.slice(0, 50).map((text) => html`<li><code>${text}</code></li>`)}</ul>`;
}

function constraintsOf({ relation }: DocsAction): string[] {
  return (relation?.constraints ?? []).map(({ name, definition }) => `${name}: ${definition}`);
}

function grantsOf({ relation }: DocsAction): string[] {
  return (relation?.grants ?? []).map(
    ({ role, privileges }) => `${privileges.join(", ")} to ${role}`,
  );
}

function declaredIndexes({ settings }: DocsAction): string[] {
  return (settings?.indexes ?? []).map(
    ({ unique, columns, method, where }) =>
      `${unique ? "unique " : ""}${method ? `${method} ` : ""}(${columns.join(", ")})${where ? ` where ${where}` : ""}`,
  );
}

function declaredConstraints({ settings }: DocsAction): string[] {
  if (settings === undefined) return [];
  const { primaryKey, checks, foreignKeys } = settings;
  return [
    ...(primaryKey.length > 0 ? [`primary key (${primaryKey.join(", ")})`] : []),
    ...checks.map(({ expression }) => `check (${expression})`),
    ...foreignKeys.map(
      ({ columns, references }) =>
        `foreign key (${columns.join(", ")}) to ${references.name ?? nothing}`,
    ),
  ];
}

function declaredGrants({ settings }: DocsAction): string[] {
  return (settings?.grants ?? []).map(
    ({ privilege, roles }) => `${privilege} to ${roles.join(", ")}`,
  );
}
