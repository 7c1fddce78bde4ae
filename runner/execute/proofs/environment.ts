import { readIdentity } from "../../database/connection/server-identity.ts";
import type { Session } from "../../database/database.ts";
import { SqlFailure } from "../../errors.ts";
import { quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import { hashOf } from "./relation-marks.ts";

/** What every proof depends on, beside the action itself; each part is a text to compare. */
export interface Environment {
  /** The cluster, its timeline, the database and the version of the server. */
  server: string;
  /** When the counters of PostgreSQL began: they are reset by hand and by a crash. */
  counters: string;
  /**
   * The role and the settings that the text form of values and the meaning of names depend on, and the schemas of the
   * search path that the role may use.
   */
  settings: string;
  /** The versions of the data by which the operating system and ICU sort and compare texts, as far as they tell them. */
  collations: string;
  /**
   * Functions, operators, casts, types and collations that are not PostgreSQL's own, and the names of their schemas; the
   * search in texts.
   */
  code: string;
}

/** The environment, and the schemas of the author's search path as SQL of type oid[]. */
export interface Surroundings {
  environment: Environment;
  path: string;
}

/**
 * Reads what every proof depends on. It is read before anything is built: what changes later makes the proof void.
 * Returns why nothing can be proved here instead, as part of a sentence.
 */
export async function readSurroundings(session: Session): Promise<Surroundings | string> {
  try {
    const identity = await readIdentity(session);
    const author = await session.authored(authorQuery);
    const [settings, path, tracks, isolation] = author.rows[0] ?? [];
    if (tracks !== "on") return "track_counts is off";
    if (isolation !== "read committed") return `transactions begin as ${isolation}`;
    const { rows } = await session.query(ownQuery);
    const [version, counters, code, collations, untracked, isCitus] = rows[0] ?? [];
    if (untracked === "t") return "track_counts is set for a role or a database";
    if (isCitus === "t") return "Citus keeps rows on other servers, which are not counted here";
    const environment = {
      server: JSON.stringify([identity, version]),
      settings: JSON.stringify([settings, path]),
      ...{ counters: counters ?? "", code: code ?? "", collations: collations ?? "" },
    };
    return { environment, path: `${quoteLiteral(path ?? "{}")}::oid[]` };
  } catch (error) {
    if (!(error instanceof SqlFailure) || error.error.connectionLost) throw error;
    return `the server does not tell what a proof needs: ${error.message}`;
  }
}

/** The settings on which the meaning of a query and the text form of values depend. */
export const meaningful: readonly string[] = [
  ...["search_path", "TimeZone", "DateStyle", "IntervalStyle", "timezone_abbreviations"],
  ...["lc_monetary", "lc_numeric", "lc_time", "default_text_search_config", "extra_float_digits"],
  ...["bytea_output", "xmlbinary", "xmloption", "standard_conforming_strings", "array_nulls"],
  ...["backslash_quote", "transform_null_equals", "row_security", "session_replication_role"],
  ...["default_tablespace", "default_table_access_method", "server_encoding", "client_encoding"],
];

// Sent with the author's search path, so everything says where it stands. Schemas that the role may not use are not among
// the current ones. A temporary schema is another one in each session, and is empty when an action begins.
const authorQuery = `
  select
    pg_catalog.jsonb_build_array(current_user, session_user,
      ${meaningful.map((name) => `pg_catalog.current_setting('${name}', true)`).join(", ")})::pg_catalog.text,
    (select pg_catalog.array_agg(n.oid order by found.place)::pg_catalog.text
      from pg_catalog.unnest(pg_catalog.current_schemas(false)) with ordinality as found (name, place)
      join pg_catalog.pg_namespace as n on n.nspname operator(pg_catalog.=) found.name
      where n.oid operator(pg_catalog.<>) pg_catalog.pg_my_temp_schema()),
    pg_catalog.current_setting('track_counts'),
    pg_catalog.current_setting('transaction_isolation')`;

// 16384 is the first number that PostgreSQL gives to what users make. Arrays and the row types of tables come with
// their relation.
const isOfUsers = (oid: string) => `${oid} >= 16384`;
const foreign = (schema: string) => `
  ${schema} not in (select oid from pg_namespace where nspname = '${ownSchema}' or nspname like 'pg\\_temp%')`;

const catalogues: [name: string, condition: string, schema?: string][] = [
  ["pg_proc", `${isOfUsers("x.oid")} and ${foreign("x.pronamespace")}`, "pronamespace"],
  ["pg_operator", `${isOfUsers("x.oid")} and ${foreign("x.oprnamespace")}`, "oprnamespace"],
  ["pg_cast", isOfUsers("x.oid")],
  [
    "pg_type",
    `${isOfUsers("x.oid")} and ${foreign("x.typnamespace")} and x.typcategory <> 'A' and not (x.typtype = 'c' and exists (
      select from pg_class as k where k.oid = x.typrelid and k.relkind <> 'c'))`,
    "typnamespace",
  ],
  [
    "pg_attribute",
    "exists (select from pg_class as k where k.oid = x.attrelid and k.relkind = 'c')",
  ],
  ["pg_enum", "true"],
  ["pg_range", isOfUsers("x.rngtypid")],
  ["pg_constraint", "x.contypid <> 0"],
  ["pg_collation", isOfUsers("x.oid"), "collnamespace"],
  ["pg_opclass", isOfUsers("x.oid")],
  ["pg_amop", isOfUsers("x.oid")],
  ["pg_amproc", isOfUsers("x.oid")],
  ["pg_aggregate", isOfUsers("x.aggfnoid::oid")],
  // Those of PostgreSQL can be altered, too.
  ["pg_ts_config", "true", "cfgnamespace"],
  ["pg_ts_config_map", "true"],
  ["pg_ts_dict", "true", "dictnamespace"],
  ["pg_extension", isOfUsers("x.oid")],
];

const lists = catalogues.map(
  ([name, condition]) =>
    `(select string_agg(x::text, ',' order by x::text) from ${name} as x where ${condition})`,
);

// In these rows a schema is a number, which stays the same when the schema is renamed.
const schemas = catalogues.flatMap(([name, condition, schema]) =>
  schema === undefined ? [] : [`select x.${schema} from ${name} as x where ${condition}`],
);
const schemaNames = `
  (select string_agg(concat_ws(' ', s.oid, s.nspname), ',' order by s.oid)
    from pg_namespace as s where s.oid in (${schemas.join(" union ")}))`;

// What a collation means changes with the data of the operating system, and nothing in the catalogue with it.
const collationVersions = [
  "(select pg_database_collation_actual_version(oid) from pg_database where datname = current_database())",
  `(select string_agg(concat_ws(' ', oid, pg_collation_actual_version(oid)), ',' order by oid) from pg_collation)`,
];

const ownQuery = `
  select current_setting('server_version_num'),
    jsonb_build_array(
      (select stats_reset from pg_stat_database where datname = current_database()),
      (select stats_reset from pg_stat_bgwriter))::text,
    ${hashOf([...lists, schemaNames])},
    ${hashOf(collationVersions)},
    exists (select from pg_db_role_setting, unnest(setconfig) as setting where setting like 'track\\_counts=%'),
    exists (select from pg_extension where extname = 'citus')`;
