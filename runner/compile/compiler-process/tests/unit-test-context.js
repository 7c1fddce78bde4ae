// What `ref()`, `self()` and the other functions of a query are in a unit test.
import { toTarget } from "./to-target.js";

/**
 * @typedef {import("./to-target.js").PartialTarget} PartialTarget
 * @typedef {import("./core-tests.js").CoreAction} CoreAction
 *
 * @typedef {object} ContextOptions
 * @property {(target: PartialTarget) => CoreAction[]} find
 * @property {{ schema: string, name: string }} self where the rows of the tested dataset are
 * @property {boolean} isIncremental what `incremental()` says
 * @property {(action: CoreAction) => string | undefined} relationOf what stands for a relation in SQL
 * @property {(action: CoreAction) => void} onRead told of every relation that is asked for
 */

/**
 * Takes what a test gives and returns the object that the functions of a SQLX or JavaScript query
 * are taken from. A relation without an input becomes a mark that `missingRelations` finds.
 * @param {ContextOptions} options
 */
export function datasetContext({ find, self, isIncremental, relationOf, onRead }) {
  const resolve = (/** @type {unknown[]} */ ...written) => {
    const target = toTarget(written);
    const [action, ...others] = find(target);
    if (action === undefined || others.length > 0) return markOf(target);
    onRead(action);
    return relationOf(action) ?? markOf(target);
  };
  const nothing = () => "";
  return {
    ref: resolve,
    resolve,
    self: () => (self.name === "" ? "" : qualified(self.schema, self.name)),
    name: () => self.name,
    schema: () => self.schema,
    database: nothing,
    incremental: () => isIncremental,
    when: (/** @type {unknown} */ condition, /** @type {string} */ yes, no = "") =>
      condition ? yes : no,
    ...{ config: nothing, type: nothing, where: nothing, preOps: nothing, postOps: nothing },
    ...{ disabled: nothing, dependencies: nothing, tags: nothing },
  };
}

/**
 * @param {string} schema
 * @param {string} name
 */
export function qualified(schema, name) {
  return [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}

// No SQL holds a NUL character.
const mark = "\0";

/** @param {PartialTarget} target */
function markOf({ schema, name }) {
  return mark + (schema ? `${schema}.${name}` : name) + mark;
}

/**
 * Takes SQL that was made with a `datasetContext`; returns the relations in it without an input.
 * @param {string} sql
 */
export function missingRelations(sql) {
  const names = sql.split(mark).filter((_, index) => index % 2 === 1);
  return [...new Set(names)];
}
