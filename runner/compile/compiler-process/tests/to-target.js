/** @typedef {{ database?: string, schema?: string, name: string }} PartialTarget */

/**
 * The arguments of `ref()` as a target: `"name"`, `"schema", "name"`, the same as an array, or an
 * object in either of core's spellings.
 * @param {unknown[]} written
 * @returns {PartialTarget}
 */
export function toTarget(written) {
  const [first] = written;
  const parts = Array.isArray(first) ? first : written;
  if (parts.length === 1 && typeof first === "object" && first !== null && first !== parts) {
    const { database, project, schema, dataset, name } =
      /** @type {Record<string, string | undefined>} */ (first);
    return targetOf(database ?? project, schema ?? dataset, name);
  }
  const [name, schema, database] = parts.map(String).reverse();
  return targetOf(database, schema, name);
}

/**
 * @param {string | undefined} database
 * @param {string | undefined} schema
 * @param {string | undefined} name
 * @returns {PartialTarget}
 */
function targetOf(database, schema, name) {
  return { ...(database && { database }), ...(schema && { schema }), name: name ?? "" };
}
