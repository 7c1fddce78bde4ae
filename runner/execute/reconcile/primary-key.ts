import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { markerOf, ownName } from "../../names/our-marks.ts";
import type { DeclaredConstraint } from "../../plan/objects/declared-objects.ts";
import type { Target } from "../../target.ts";
import type { ActualObjects } from "./actual-objects.ts";
import type { Step } from "./step.ts";

/**
 * Adds a primary key. Outside a transaction its index is built concurrently and its columns are
 * checked for NULL without a lock on the table; the key itself is then a change of the catalogue.
 */
export function primaryKeyStep(
  target: Target,
  key: DeclaredConstraint,
  actual: ActualObjects,
): Step {
  const table = qualifiedName(target);
  const name = quoteIdentifier(key.name);
  const columns = key.columns.map(quoteIdentifier);
  const nullable = key.columns.filter((column) =>
    actual.columns.some((each) => each.name === column && !each.notNull),
  );
  const index = quoteIdentifier(key.buildName);
  const indexInSchema = qualifiedName({ schema: target.schema, name: key.buildName });
  const isBuilt = actual.indexes.some((each) => each.valid && each.name === key.buildName);
  const comment = `comment on constraint ${name} on ${table} is ${quoteLiteral(commentOf(key, nullable))}`;
  return {
    change: `primary key "${key.name}" added`,
    first: false,
    inside: [
      ...(isBuilt ? [`drop index ${indexInSchema}`] : []),
      `alter table ${table} add constraint ${name} ${key.definition}`,
      comment,
    ],
    outside: [
      ...(isBuilt
        ? []
        : [`create unique index concurrently ${index} on ${table} (${columns.join(", ")})`]),
      ...notNullChecks(table, key.hash, nullable),
      [
        ...nullable.map(
          (column) => `alter table ${table} alter column ${quoteIdentifier(column)} set not null`,
        ),
        ...(nullable.length > 0 ? [dropCheck(table, key.hash)] : []),
        `alter table ${table} add constraint ${name} primary key using index ${index}`,
        comment,
      ],
    ],
    undo: [
      dropCheck(table, key.hash, "if exists "),
      `drop index concurrently if exists ${indexInSchema}`,
    ],
  };
}

/**
 * Returns the statements that remove NOT NULL from columns that got it only from a dropped primary key.
 */
export function setNullable(target: Target, comment: string | null): string[] {
  const json = / not null: (\[.*\])$/.exec(comment ?? "")?.[1];
  if (json === undefined) return [];
  return (JSON.parse(json) as string[]).map(
    (column) =>
      `alter table ${qualifiedName(target)} alter column ${quoteIdentifier(column)} drop not null`,
  );
}

function commentOf(key: DeclaredConstraint, nullable: readonly string[]): string {
  const marker = markerOf(key);
  return nullable.length === 0 ? marker : `${marker} not null: ${JSON.stringify(nullable)}`;
}

// PostgreSQL does not read the table for `set not null` when a valid check says the same.
function notNullChecks(table: string, hash: string, nullable: readonly string[]): string[][] {
  if (nullable.length === 0) return [];
  const condition = nullable.map((column) => `${quoteIdentifier(column)} is not null`);
  const name = quoteIdentifier(checkName(hash));
  return [
    [`alter table ${table} add constraint ${name} check (${condition.join(" and ")}) not valid`],
    [`alter table ${table} validate constraint ${name}`],
  ];
}

function dropCheck(table: string, hash: string, ifExists = ""): string {
  return `alter table ${table} drop constraint ${ifExists}${quoteIdentifier(checkName(hash))}`;
}

function checkName(hash: string): string {
  return ownName(hash, "not_null");
}
