// What code that is compiled during a run (`jitCode`) gets as its argument: @dataform/core's own
// context, but for names, which are written as PostgreSQL writes them.
import { postgresDialect } from "../dialect/postgres-dialect.js";
import { toTarget } from "../tests/to-target.js";

/**
 * @typedef {import("../../jit-code.ts").JitRequest} JitRequest
 * @typedef {import("../../../target.ts").Target} Target
 */

/**
 * @param {JitRequest} request
 * @param {Record<string, (request: unknown) => Promise<unknown>>} adapter
 * @param {boolean} isIncremental
 */
export function jitContext(request, adapter, isIncremental) {
  const { target, dependencies, written = [], data, executionData } = request;
  const known = [target, ...dependencies];
  const { resolveTarget } = postgresDialect(undefined);
  const resolve = (/** @type {unknown[]} */ ...reference) => {
    const wanted = toTarget(reference);
    const named = known.filter((each, index) => isSame(written[index] ?? each, wanted));
    // Dataform's own command knows the names of the run alone, with its suffixes and prefixes.
    const found = named.length > 0 ? named : known.filter((each) => isSame(each, wanted));
    const asked = [wanted.database, wanted.schema, wanted.name].filter(Boolean).join(".");
    const keys = new Set(found.map(resolveTarget));
    if (keys.size > 1) {
      throw new Error(
        `Ambiguous Action name: ${asked}. Did you mean one of: ${[...keys].join(", ")}.`,
      );
    }
    const [key] = keys;
    if (key !== undefined) return key;
    throw new Error(
      `Undeclared dependency referenced: ${asked}.\nJiT action must have its dependencies declared explicitly.`,
    );
  };
  return {
    request,
    adapter,
    data,
    executionData,
    resolve,
    ref: resolve,
    self: () => resolveTarget(target),
    name: () => target.name,
    schema: () => target.schema,
    database: () => target.database ?? "",
    incremental: () => isIncremental,
    when: (/** @type {boolean} */ condition, /** @type {string} */ yes, no = "") =>
      condition ? yes : no,
  };
}

/**
 * @param {Target} target
 * @param {import("../tests/to-target.js").PartialTarget} wanted
 */
function isSame(target, { database, schema, name }) {
  return (
    target.name === name &&
    (!schema || target.schema === schema) &&
    (!database || !target.database || target.database === database)
  );
}
