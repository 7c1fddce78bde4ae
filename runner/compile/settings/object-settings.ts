import type { SettingsReader } from "./settings-reader.ts";
import { defined } from "./settings-reader.ts";

/** One index; `columns` holds column names and expressions, with `desc` and the like after them. */
export interface IndexSettings {
  name?: string;
  columns: string[];
  unique: boolean;
  method?: string;
  where?: string;
  include: string[];
  with: Record<string, string | number | boolean>;
}

/** A condition that every row meets; NULL counts as met. */
export interface CheckSettings {
  name?: string;
  expression: string;
}

/** A reference to another table of the project or to a declared one, by the name in its file. */
export interface ForeignKeySettings {
  name?: string;
  columns: string[];
  references: { schema?: string; name: string };
  /** Empty: the primary key of the referenced table. */
  referencedColumns: string[];
  onDelete?: (typeof deleteRules)[number];
}

/** The roles that have one privilege on the relation. */
export interface GrantSettings {
  privilege: (typeof privileges)[number];
  roles: string[];
}

const deleteRules = ["no action", "restrict", "cascade", "set null", "set default"] as const;

const privileges = [
  "select",
  "insert",
  "update",
  "delete",
  "truncate",
  "references",
  "trigger",
] as const;

const indexKeys = ["name", "columns", "expression", "unique", "method", "where", "include", "with"];

export function indexOf(reader: SettingsReader, value: unknown, path: string): IndexSettings {
  const given = reader.object(value, path, indexKeys);
  const expression = reader.text(given.expression, `${path}.expression`);
  const columns = reader.texts(given.columns, `${path}.columns`);
  if ((given.columns === undefined) === (given.expression === undefined)) {
    reader.problems.push(`${path} must have either columns or an expression`);
  }
  const method = reader.text(given.method, `${path}.method`);
  if (method !== undefined && !/^[a-z_]\w*$/i.test(method)) {
    reader.problems.push(`${path}.method must be a name such as btree or gin, and is "${method}"`);
  }
  return {
    ...defined("name", reader.text(given.name, `${path}.name`)),
    columns: expression === undefined ? columns : [expression],
    unique: reader.flag(given.unique, `${path}.unique`) ?? false,
    ...defined("method", method),
    ...defined("where", reader.text(given.where, `${path}.where`)),
    include: reader.texts(given.include, `${path}.include`),
    with: parametersOf(reader, given.with, `${path}.with`),
  };
}

function parametersOf(reader: SettingsReader, value: unknown, path: string): IndexSettings["with"] {
  const found: IndexSettings["with"] = {};
  for (const [key, parameter] of Object.entries(reader.object(value, path))) {
    const isValue = ["string", "number", "boolean"].includes(typeof parameter);
    if (isValue && /^[a-z_]\w*$/i.test(key)) found[key] = parameter as string | number | boolean;
    else reader.problems.push(`${path}.${key} must be a parameter name with a plain value`);
  }
  return found;
}

export function checksOf(reader: SettingsReader, value: unknown, path: string): CheckSettings[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const expression = reader.text(item, `${path}[${index}]`);
      return expression === undefined ? [] : [{ expression }];
    });
  }
  return Object.entries(reader.object(value, path)).flatMap(([name, item]) => {
    const expression = reader.text(item, `${path}.${name}`);
    return expression === undefined ? [] : [{ name, expression }];
  });
}

const foreignKeyKeys = ["name", "columns", "references", "referencedColumns", "onDelete"];

export function foreignKeyOf(
  reader: SettingsReader,
  value: unknown,
  path: string,
): ForeignKeySettings {
  const given = reader.object(value, path, foreignKeyKeys);
  for (const key of ["columns", "references"]) {
    if (given[key] === undefined) reader.problems.push(`${path} must have ${key}`);
  }
  const columns = reader.texts(given.columns, `${path}.columns`);
  const referencedColumns = reader.texts(given.referencedColumns, `${path}.referencedColumns`);
  if (referencedColumns.length > 0 && referencedColumns.length !== columns.length) {
    reader.problems.push(`${path} must have as many referencedColumns as columns`);
  }
  return {
    ...defined("name", reader.text(given.name, `${path}.name`)),
    columns,
    references: referenceOf(reader, given.references, `${path}.references`),
    referencedColumns,
    ...defined("onDelete", reader.word(given.onDelete, `${path}.onDelete`, deleteRules)),
  };
}

// Names of actions hold no dot, so the last one parts the schema from the name.
function referenceOf(reader: SettingsReader, value: unknown, path: string) {
  if (typeof value === "string") {
    const [name = "", schema] = (reader.text(value, path) ?? "").split(".").reverse();
    return { name, ...(schema && { schema }) };
  }
  const given = reader.object(value, path, ["database", "schema", "name"]);
  const schema = reader.text(given.schema, `${path}.schema`);
  return { name: reader.text(given.name, `${path}.name`) ?? "", ...(schema && { schema }) };
}

export function grantsOf(reader: SettingsReader, value: unknown, path: string): GrantSettings[] {
  const given = reader.object(value, path, privileges);
  return privileges.flatMap((privilege) => {
    const isEmpty = Array.isArray(given[privilege]) && given[privilege].length === 0;
    const roles = isEmpty ? [] : reader.texts(given[privilege], `${path}.${privilege}`);
    return roles.length === 0 ? [] : [{ privilege, roles: [...new Set(roles)] }];
  });
}

export function statisticsOf(reader: SettingsReader, value: unknown, path: string) {
  return Object.entries(reader.object(value, path)).flatMap(([column, item]) => {
    const target = reader.integer(item, `${path}.${column}`, 0, 10_000);
    return target === undefined ? [] : [{ column, target }];
  });
}
