import { type AssertionLimit, type AssertionSettings, limitsOf } from "./assertion-settings.ts";
import {
  type FollowSettings,
  followsOf,
  type StampSettings,
  stampsOf,
  unfollowedOf,
} from "./follow-settings.ts";
import { type SettingsReader, settingsReader } from "./settings-reader.ts";

/** What `postgres: { … }` says of the relation of an action; lists are empty when nothing is said. */
export interface PostgresSettings {
  indexes: IndexSettings[];
  primaryKey: string[];
  checks: CheckSettings[];
  foreignKeys: ForeignKeySettings[];
  unlogged?: boolean;
  /** Per cent of a page that inserts fill. */
  fillfactor?: number;
  tablespace?: string;
  grants: GrantSettings[];
  /** Statistics targets, 0 to 10,000. */
  statistics: { column: string; target: number }[];
  /** Handed on as it was written: partitions have a parser of their own. */
  partitionBy?: string | readonly unknown[] | Record<string, unknown>;
  partitionRetention?: string | number | Record<string, unknown>;
  /** How a table gets all of its rows anew. */
  replace?: (typeof replaceSettings)[number];
  /** The tables that an incremental table follows by key. */
  follows?: FollowSettings[];
  /** What it reads and deliberately does not follow. */
  unfollowed?: FollowSettings["references"][];
  /** Columns of an incremental table: rows that have them in common are computed together. */
  together?: string[];
  /** Relations and variables (`vars.name`) whose change concerns every key. */
  recomputeWhen?: string[];
  /** Columns of a table that follows others which the runner writes itself. */
  stamps?: StampSettings[];
  /** How `dataform audit` compares an incremental table. */
  audit?: AuditSettings;
  /** `false`: the statements of an operation are sent one by one, each with a transaction of its own. */
  transaction?: boolean;
  /** Of the assertions in the config block of a table. */
  assertions?: AssertionSettings;
  /** Of an assertion itself. */
  limit?: AssertionLimit;
}

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

/** What an audit leaves out of the comparison. */
export interface AuditSettings {
  /** Columns whose values differ in every build, such as the time of the run. */
  ignoreColumns: string[];
}

const replaceSettings = ["auto", "inPlace", "swap"] as const;
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

/** The keys of `postgres: { … }`. */
export const postgresKeys = [
  "indexes",
  "primaryKey",
  "checks",
  "foreignKeys",
  "unlogged",
  "fillfactor",
  "tablespace",
  "grants",
  "statistics",
  "partitionBy",
  "partitionRetention",
  "replace",
  "follows",
  "together",
  "recomputeWhen",
  "stamps",
  "audit",
  "transaction",
  "assertions",
  "severity",
  "failAbove",
] as const;

/** The settings of an action that has none. */
export const noPostgresSettings: PostgresSettings = parsePostgresSettings({}).settings;

/**
 * Takes the value of `postgres` as it was written and returns it typed, with a sentence for each
 * thing that is wrong with it; the settings are to be used only when there is no such sentence.
 */
export function parsePostgresSettings(value: unknown): {
  settings: PostgresSettings;
  problems: string[];
} {
  const reader = settingsReader();
  const given = reader.object(value, "postgres", postgresKeys);
  const at = (key: (typeof postgresKeys)[number]) => [given[key], `postgres.${key}`] as const;
  const items = (key: "indexes" | "foreignKeys") =>
    reader.list(...at(key)).map((item, index) => [item, `postgres.${key}[${index}]`] as const);
  const settings: PostgresSettings = {
    indexes: items("indexes").map(([item, path]) => indexOf(reader, item, path)),
    primaryKey: reader.texts(...at("primaryKey")),
    checks: checksOf(reader, ...at("checks")),
    foreignKeys: items("foreignKeys").map(([item, path]) => foreignKeyOf(reader, item, path)),
    ...defined("unlogged", reader.flag(...at("unlogged"))),
    ...defined("fillfactor", reader.integer(...at("fillfactor"), 10, 100)),
    ...defined("tablespace", reader.text(...at("tablespace"))),
    grants: grantsOf(reader, ...at("grants")),
    statistics: statisticsOf(reader, ...at("statistics")),
    ...partitionsOf(given, reader),
    ...defined("replace", reader.word(...at("replace"), replaceSettings)),
    ...(given.follows !== undefined && {
      follows: followsOf(reader, ...at("follows")),
      unfollowed: unfollowedOf(given.follows),
    }),
    ...(given.together !== undefined && { together: reader.texts(...at("together")) }),
    ...(given.recomputeWhen !== undefined && {
      recomputeWhen: reader.texts(...at("recomputeWhen")),
    }),
    ...(given.stamps !== undefined && { stamps: stampsOf(reader, ...at("stamps")) }),
    ...defined("audit", auditOf(reader, ...at("audit"))),
    ...defined("transaction", reader.flag(...at("transaction"))),
    ...limitsOf(reader, given),
  };
  return { settings, problems: reader.problems };
}

const indexKeys = ["name", "columns", "expression", "unique", "method", "where", "include", "with"];

function indexOf(reader: SettingsReader, value: unknown, path: string): IndexSettings {
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

function checksOf(reader: SettingsReader, value: unknown, path: string): CheckSettings[] {
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

function foreignKeyOf(reader: SettingsReader, value: unknown, path: string): ForeignKeySettings {
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

function grantsOf(reader: SettingsReader, value: unknown, path: string): GrantSettings[] {
  const given = reader.object(value, path, privileges);
  return privileges.flatMap((privilege) => {
    const isEmpty = Array.isArray(given[privilege]) && given[privilege].length === 0;
    const roles = isEmpty ? [] : reader.texts(given[privilege], `${path}.${privilege}`);
    return roles.length === 0 ? [] : [{ privilege, roles: [...new Set(roles)] }];
  });
}

function statisticsOf(reader: SettingsReader, value: unknown, path: string) {
  return Object.entries(reader.object(value, path)).flatMap(([column, item]) => {
    const target = reader.integer(item, `${path}.${column}`, 0, 10_000);
    return target === undefined ? [] : [{ column, target }];
  });
}

function auditOf(reader: SettingsReader, value: unknown, path: string): AuditSettings | undefined {
  if (value === undefined) return undefined;
  const given = reader.object(value, path, ["ignoreColumns"]);
  return { ignoreColumns: reader.texts(given.ignoreColumns, `${path}.ignoreColumns`) };
}

function partitionsOf(given: Record<string, unknown>, reader: SettingsReader) {
  const { partitionBy, partitionRetention } = given;
  if (partitionBy !== undefined && !["string", "object"].includes(typeof partitionBy)) {
    reader.problems.push("postgres.partitionBy must be a text or an object");
  }
  return {
    ...defined("partitionBy", partitionBy as NonNullable<PostgresSettings["partitionBy"]>),
    ...defined(
      "partitionRetention",
      partitionRetention as NonNullable<PostgresSettings["partitionRetention"]>,
    ),
  };
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}
