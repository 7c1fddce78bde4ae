// `postgres: { … }` in a config block: core refuses keys that it does not know, so they are taken out
// before it sees them and put into its graph afterwards.

import { firstOf, notice } from "../errors/notices.js";
import { withNonNull, withNonNullColumns } from "./column-names.js";

/**
 * @typedef {object} DefinedAction an action of core's session
 * @property {{ target?: unknown, canonicalTarget?: unknown }} [proto]
 *
 * @typedef {Record<string, unknown>} Config
 * @typedef {(...args: unknown[]) => unknown} Define
 *
 * @typedef {object} DefiningSession
 * @property {DefinedAction[]} actions
 * @property {(options: { sqlxConfig: Config }) => void} sqlxAction
 * @property {Define} publish
 * @property {Define} operate
 * @property {Define} assert
 * @property {Define} declare
 *
 * @typedef {{ canonicalTarget?: unknown, target?: unknown, postgres?: unknown }} GraphAction
 * @typedef {Record<string, unknown>} Graph
 */

const otherWarehouses = ["redshift", "snowflake", "sqldatawarehouse", "presto"];

const kindsWithRelation = new Set([
  "table",
  "view",
  "incremental",
  "operations",
  "assertion",
  "declaration",
]);

/**
 * Takes the session before the project's files are read; returns a function that puts the settings
 * that the project gave into a graph in its JSON form, as the field `postgres` of their actions.
 * @param {unknown} coreSession
 * @param {() => string} currentFile the file that is read, relative to the project folder
 * @returns {(graph: unknown) => void}
 */
export function takePostgresBlocks(coreSession, currentFile) {
  const session = /** @type {DefiningSession} */ (coreSession);
  /** @type {Map<DefinedAction, unknown>} */
  const settings = new Map();
  const sqlxAction = session.sqlxAction.bind(session);
  /** @type {Map<string, string[]>} */
  const ignored = new Map();
  const withoutOthers = (/** @type {Config} */ config, file = "") => {
    const found = otherWarehouses.filter((name) => isObject(config[name]));
    if (found.length === 0) return config;
    for (const name of found) noticeIgnored(name, file, ignored);
    return Object.fromEntries(Object.entries(config).filter(([key]) => !found.includes(key)));
  };
  const adapted = (/** @type {Config} */ config) =>
    withNonNullColumns(withoutOthers(config, currentFile()));
  session.sqlxAction = (given) => {
    const options = { ...given, sqlxConfig: adapted(given.sqlxConfig) };
    const { postgres, ...sqlxConfig } = options.sqlxConfig;
    const type = String(sqlxConfig.type ?? "operations");
    if (!kindsWithRelation.has(type)) return sqlxAction(options);
    const action = lastDefined(session, () => sqlxAction({ ...options, sqlxConfig }));
    if (action !== undefined && postgres !== undefined) settings.set(action, postgres);
  };
  for (const name of /** @type {const} */ (["publish", "operate", "assert", "declare"])) {
    const define = session[name].bind(session);
    session[name] = (...args) => {
      const last = args.length - 1;
      if (isObject(args[last])) args[last] = adapted(args[last]);
      const config = args[last];
      if (!hasBlock(config)) return readingNonNull(define(...args));
      const { postgres, ...rest } = config;
      /** @type {unknown} */
      let action;
      const defined = lastDefined(session, () => {
        action = define(...args.slice(0, last), rest);
      });
      if (defined !== undefined && postgres !== undefined) settings.set(defined, postgres);
      return readingNonNull(action);
    };
  }
  return (graph) => putIntoGraph(/** @type {Graph} */ (graph), settings);
}

/**
 * `publish("orders").assertions({ nonNull: … })`: the same rule as in a config.
 * @param {unknown} action
 */
function readingNonNull(action) {
  if (typeof action !== "object" || action === null || !("assertions" in action)) return action;
  const { assertions } = action;
  if (typeof assertions !== "function") return action;
  action.assertions = (/** @type {unknown} */ given) =>
    assertions.call(action, isObject(given) ? withNonNull(given) : given);
  return action;
}

/**
 * The assertions of a config block are defined before the action that they belong to.
 * @param {DefiningSession} session
 * @param {() => void} define
 */
function lastDefined(session, define) {
  const before = session.actions.length;
  define();
  return session.actions.length > before ? session.actions.at(-1) : undefined;
}

/**
 * @param {unknown} config
 * @returns {config is Config}
 */
function hasBlock(config) {
  return isObject(config) && Object.hasOwn(config, "postgres");
}

/**
 * @param {unknown} value
 * @returns {value is Config}
 */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @param {string} name
 * @param {string} file
 * @param {Map<string, string[]>} ignored the files of each
 */
function noticeIgnored(name, file, ignored) {
  const files = [...new Set([...(ignored.get(name) ?? []), file])];
  ignored.set(name, files);
  notice(
    `block ${name}`,
    `${name}: { … } of Dataform 2 has no meaning on PostgreSQL and is ignored (${firstOf(files)}); write indexes, partitions and the like into postgres: { … }`,
  );
}

/**
 * @param {Graph} graph
 * @param {Map<DefinedAction, unknown>} settings
 */
function putIntoGraph(graph, settings) {
  if (settings.size === 0) return;
  // Suffixes and prefixes change the target in the graph; the canonical one stays.
  const byTarget = new Map(
    [...settings].map(([{ proto }, postgres]) => [
      targetKey(proto?.canonicalTarget ?? proto?.target),
      JSON.parse(JSON.stringify(postgres, plainValue)),
    ]),
  );
  for (const list of ["tables", "operations", "assertions", "declarations"]) {
    for (const action of /** @type {GraphAction[]} */ (graph[list] ?? [])) {
      const key = targetKey(action.canonicalTarget ?? action.target);
      if (byTarget.has(key)) action.postgres = byTarget.get(key);
    }
  }
}

/** @param {unknown} target */
function targetKey(target) {
  const { database, schema, name } = /** @type {Record<string, unknown>} */ (target ?? {});
  return JSON.stringify([database || "", schema || "", name]);
}

/**
 * Values that JSON would silently omit are kept in a form that the parser refuses.
 * @param {string} _key
 * @param {unknown} value
 */
function plainValue(_key, value) {
  if (typeof value === "function") return { function: value.name };
  return typeof value === "bigint" ? { bigint: String(value) } : value;
}
