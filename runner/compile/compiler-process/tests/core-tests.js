// The part of core's tests and actions that unit tests use, and how the inputs of a test are found.
import { toTarget } from "./to-target.js";

/**
 * @typedef {import("./to-target.js").PartialTarget} PartialTarget
 * @typedef {string | ((context: object) => string | string[])} Contextable
 *
 * @typedef {object} CoreAction an action of core, of any kind
 * @property {{ type?: string, disabled?: boolean }} proto
 * @property {() => PartialTarget} getTarget
 * @property {Contextable} [contextableQuery]
 * @property {Contextable} [contextableWhere]
 * @property {unknown} [contextableJitCode]
 * @property {Contextable[]} [contextablePreOps]
 *
 * @typedef {object} CoreTest
 * @property {{ name: string, fileName: string, tags: string[], disabled: boolean, testQuery: string, expectedOutputQuery: string }} proto
 * @property {Map<string, Contextable>} contextableInputs by the target that `input` names, as JSON
 * @property {Contextable} contextableQuery
 * @property {PartialTarget} [testTarget]
 * @property {() => unknown} compile
 *
 * @typedef {{ message: string, fileName?: string, stack?: string, actionTarget?: PartialTarget }} CoreError
 *
 * @typedef {object} TestSession
 * @property {CoreAction[]} actions
 * @property {CoreTest[]} tests
 * @property {{ find(target: PartialTarget): CoreAction[] }} indexedActions set when core compiles
 * @property {{ compilationErrors: CoreError[] }} graphErrors
 * @property {(error: Error, fileName?: string) => void} compileError
 * @property {(database: string) => string} finalizeDatabase puts suffixes and prefixes on
 * @property {(schema: string) => string} finalizeSchema
 * @property {(name: string) => string} finalizeName
 */

/**
 * The inputs of a test with the actions that they stand for.
 * @param {TestSession} session
 * @param {CoreTest} test
 */
export function inputsOf(session, { contextableInputs }) {
  /** @type {{ name: string, action: CoreAction, contextable: Contextable }[]} */
  const inputs = [];
  /** @type {string[]} */
  const problems = [];
  for (const [key, contextable] of contextableInputs) {
    const target = toTarget([JSON.parse(key)]);
    const name = nameOf(target);
    const [action, ...others] = find(session, target);
    if (action === undefined) problems.push(`the input "${name}" is no action of the project`);
    else if (others.length > 0) problems.push(`the input "${name}" can be more than one action`);
    else if (inputs.some((input) => input.action === action)) {
      problems.push(`the input "${name}" is given twice`);
    } else inputs.push({ name, action, contextable });
  }
  return { inputs, problems };
}

/**
 * @param {TestSession} session
 * @param {CoreTest} test
 */
export function datasetOf(session, { testTarget }) {
  const found = testTarget === undefined ? [] : session.indexedActions.find(testTarget);
  return found.length === 1 ? found[0] : undefined;
}

/**
 * @param {TestSession} session
 * @param {PartialTarget} target
 */
export function find(session, target) {
  const tests = new Set(/** @type {unknown[]} */ (session.tests));
  return session.indexedActions.find(target).filter((action) => !tests.has(action));
}

/**
 * @param {CoreAction | undefined} dataset
 * @returns {dataset is CoreAction}
 */
export function isIncremental(dataset) {
  return dataset?.proto.type === "incremental";
}

/**
 * @param {Contextable | undefined} contextable
 * @param {object} context
 */
export function render(contextable, context) {
  return typeof contextable === "function" ? contextable(context) : contextable;
}

/** @param {PartialTarget} target */
export function nameOf({ schema, name }) {
  return schema ? `${schema}.${name}` : name;
}
