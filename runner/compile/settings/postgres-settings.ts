import { type AssertionLimit, type AssertionSettings, limitsOf } from "./assertion-settings.ts";
import { type DistributionSettings, distributionOf } from "./distribution-settings.ts";
import {
  type FollowSettings,
  followsOf,
  type StampSettings,
  stampsOf,
  unfollowedOf,
} from "./follow-settings.ts";
import { type FreshnessSettings, freshnessOf } from "./freshness-settings.ts";
import type {
  CheckSettings,
  ForeignKeySettings,
  GrantSettings,
  IndexSettings,
} from "./object-settings.ts";
import { checksOf, foreignKeyOf, grantsOf, indexOf, statisticsOf } from "./object-settings.ts";
import { defined, type SettingsReader, settingsReader } from "./settings-reader.ts";

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
  /** As it was written: plan/tasks/partitioning.ts parses it. */
  partitionBy?: string | readonly unknown[] | Record<string, unknown>;
  partitionRetention?: string | number | Record<string, unknown>;
  /** How Citus spreads the rows over its nodes; without Citus it has no effect. */
  distribution?: DistributionSettings;
  /** How a table gets all of its rows anew. */
  replace?: (typeof replaceSettings)[number];
  /** The tables that an incremental table follows by key. */
  follows?: FollowSettings[];
  /** The relations that it reads and deliberately does not follow. */
  unfollowed?: FollowSettings["references"][];
  /** Columns of an incremental table: rows that have them in common are computed together. */
  together?: string[];
  /** Relations and variables (`vars.name`) whose change concerns every key. */
  recomputeWhen?: string[];
  /** Columns of a table that follows others which the runner writes itself. */
  stamps?: StampSettings[];
  /** How `dataform audit` compares an incremental table. */
  audit?: AuditSettings;
  /** `false`: the statements of an operation are sent one by one, each in its own transaction. */
  transaction?: boolean;
  /** Of the assertions in the config block of a table. */
  assertions?: AssertionSettings;
  /** Of an assertion itself. */
  limit?: AssertionLimit;
  /** Of a declared source. */
  freshness?: FreshnessSettings;
}

/** What an audit leaves out of the comparison. */
export interface AuditSettings {
  /** Columns whose values differ in every build, such as the time of the run. */
  ignoreColumns: string[];
}

const replaceSettings = ["auto", "inPlace", "swap"] as const;

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
  "distributedBy",
  "colocateWith",
  "shardCount",
  "reference",
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
  "failIf",
  "warnFor",
  "freshness",
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
    ...defined("distribution", distributionOf(reader, given)),
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
    ...(given.freshness !== undefined && { freshness: freshnessOf(reader, ...at("freshness")) }),
  };
  return { settings, problems: reader.problems };
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
