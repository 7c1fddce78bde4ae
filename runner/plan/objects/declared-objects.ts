import type {
  ForeignKeySettings,
  GrantSettings,
  IndexSettings,
} from "../../compile/settings/object-settings.ts";
import type { PostgresSettings } from "../../compile/settings/postgres-settings.ts";
import { fittingName } from "../../names/fitting-name.js";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { ownName } from "../../names/our-marks.ts";
import { shortHash } from "../../names/short-hash.ts";
import type { Target } from "../../target.ts";

/** What `postgres: { … }` declares, with names and SQL: what a relation has when its action is done. */
export interface DeclaredObjects {
  indexes: DeclaredIndex[];
  constraints: DeclaredConstraint[];
  unlogged?: boolean;
  fillfactor?: number;
  tablespace?: string;
  grants: GrantSettings[];
  statistics: { column: string; target: number }[];
}

/** An index, or the constraint below, with its name and what makes it the same one again. */
interface Marked {
  name: string;
  /** Twelve hexadecimal digits of its definition: another definition is another object. */
  hash: string;
  /** A name by which it is known as ours while it is being built. */
  buildName: string;
}

/** An index; `definition` is the SQL after the name of the table. */
export interface DeclaredIndex extends Marked {
  unique: boolean;
  /** Only `analyze` gathers the statistics of an expression. */
  hasExpression: boolean;
  definition: string;
}

/** A constraint; `definition` is the SQL after its name. */
export interface DeclaredConstraint extends Marked {
  kind: "primary key" | "check" | "foreign key";
  definition: string;
  /** The columns of a primary key. */
  columns: string[];
}

/** Names and SQL for the settings of one relation; `resolve` finds what a foreign key refers to. */
export function declaredObjects(
  target: Target,
  settings: PostgresSettings,
  resolve: (key: ForeignKeySettings) => Target,
): DeclaredObjects {
  const { unlogged, fillfactor, tablespace, grants, statistics } = settings;
  return {
    indexes: distinct(settings.indexes.map((index) => declaredIndex(target, index))),
    constraints: distinct([
      ...primaryKey(target, settings.primaryKey),
      ...settings.checks.map((check) =>
        constraint(target, "check", `check (${check.expression}\n)`, check.name),
      ),
      ...foreignKeys(target, settings.foreignKeys, resolve),
    ]),
    ...(unlogged === undefined ? {} : { unlogged }),
    ...(fillfactor === undefined ? {} : { fillfactor }),
    ...(tablespace === undefined ? {} : { tablespace }),
    grants,
    statistics,
  };
}

/** Whether some of it is remembered in the database, so that it can be undone later. */
export function needsMemory(objects: DeclaredObjects): boolean {
  const { unlogged, fillfactor, tablespace, grants, statistics } = objects;
  const storage = [unlogged, fillfactor, tablespace].some((each) => each !== undefined);
  return storage || grants.length > 0 || statistics.length > 0;
}

function distinct<Object extends Marked>(objects: readonly Object[]): Object[] {
  return [...new Map(objects.map((each) => [each.hash, each])).values()];
}

function declaredIndex(target: Target, index: IndexSettings): DeclaredIndex {
  const entries = index.columns.map(indexEntry);
  const include = index.include.map(quoteIdentifier).join(", ");
  const parameters = Object.entries(index.with).map(
    ([key, value]) => `${key} = ${typeof value === "string" ? quoteLiteral(value) : value}`,
  );
  const definition = [
    ...(index.method === undefined ? [] : [`using ${index.method}`]),
    `(${entries.join(", ")})`,
    ...(include === "" ? [] : [`include (${include})`]),
    ...(parameters.length === 0 ? [] : [`with (${parameters.join(", ")})`]),
    ...(index.where === undefined ? [] : [`where (${index.where}\n)`]),
  ].join(" ");
  const kind = index.unique ? "unique index" : "index";
  const marked = mark(target, kind, definition, index.name, index.columns);
  const hasExpression = entries.some((entry) => entry.startsWith("("));
  return { ...marked, unique: index.unique, hasExpression, definition };
}

const modifiers =
  /^([\s\S]*?)((?:\s+collate\s+(?:"[^"]+"|[\w.]+))?(?:\s+\w+_ops)?(?:\s+(?:asc|desc))?(?:\s+nulls\s+(?:first|last))?)\s*$/i;

/** `a desc` becomes `"a" desc`; anything but a name becomes an expression in brackets. */
function indexEntry(entry: string): string {
  const [, subject = entry, after = ""] = modifiers.exec(entry.trim()) ?? [];
  if (/^"(?:[^"]|"")+"$/.test(subject)) return subject + after;
  return /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(subject)
    ? quoteIdentifier(subject) + after
    : `(${subject}\n)${after}`;
}

function primaryKey(target: Target, columns: readonly string[]): DeclaredConstraint[] {
  if (columns.length === 0) return [];
  const definition = `primary key (${columns.map(quoteIdentifier).join(", ")})`;
  return [constraint(target, "primary key", definition, undefined, columns)];
}

// Two actions that refer to the same tables lock these in the same order.
function foreignKeys(
  target: Target,
  keys: readonly ForeignKeySettings[],
  resolve: (key: ForeignKeySettings) => Target,
): DeclaredConstraint[] {
  const named = keys.map((key) => ({ key, referenced: qualifiedName(resolve(key)) }));
  const sorted = named.sort((a, b) => (a.referenced < b.referenced ? -1 : 1));
  return sorted.map(({ key, referenced }) => {
    const list = (columns: readonly string[]) => columns.map(quoteIdentifier).join(", ");
    const there = key.referencedColumns.length > 0 ? ` (${list(key.referencedColumns)})` : "";
    const onDelete = key.onDelete === undefined ? "" : ` on delete ${key.onDelete}`;
    const definition = `foreign key (${list(key.columns)}) references ${referenced}${there}${onDelete}`;
    return constraint(target, "foreign key", definition, key.name, key.columns);
  });
}

function constraint(
  target: Target,
  kind: DeclaredConstraint["kind"],
  definition: string,
  name: string | undefined,
  columns: readonly string[] = [],
): DeclaredConstraint {
  const marked = mark(target, kind, definition, name, columns);
  return { ...marked, kind, definition, columns: [...columns] };
}

function mark(
  target: Target,
  kind: string,
  definition: string,
  name: string | undefined,
  columns: readonly string[],
): Marked {
  const identity = JSON.stringify([target.schema, target.name, kind, name ?? "", definition]);
  const hash = shortHash(identity);
  const words = [target.name, ...columns, ...(kind === "primary key" ? ["pk"] : [])];
  const readable = words.join("_").replace(/\W+/g, "_").replace(/_+$/, "").slice(0, 45);
  const buildName = ownName(hash, readable);
  return { name: name === undefined ? buildName : fittingName(name), hash, buildName };
}
