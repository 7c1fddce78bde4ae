import { datasetOf, find, inputsOf, isIncremental, nameOf, render } from "./core-tests.js";
import { datasetContext, missingRelations } from "./unit-test-context.js";

/**
 * @typedef {import("./core-tests.js").CoreAction} CoreAction
 * @typedef {import("./core-tests.js").CoreError} CoreError
 * @typedef {import("./core-tests.js").CoreTest} CoreTest
 * @typedef {import("./core-tests.js").TestSession} TestSession
 */

/** Tests in this folder beside `definitions/` are read by `dataform test` only. */
const unitTestFolder = "unit_tests/";

/**
 * Loads the files of the folder `unit_tests`, which may hold nothing but tests.
 * @param {TestSession} session
 * @param {{ require: (id: string) => unknown }} modules
 * @param {readonly string[]} filePaths
 */
export function loadUnitTests(session, modules, filePaths) {
  for (const file of filePaths) {
    if (!file.startsWith(unitTestFolder) || !/\.(sqlx|js)$/.test(file)) continue;
    const count = session.actions.length;
    try {
      modules.require(file);
    } catch (error) {
      session.compileError(error instanceof Error ? error : new Error(String(error)), file);
    }
    if (session.actions.length > count) {
      session.actions.splice(count);
      const message = `${unitTestFolder} may hold nothing but tests (type: "test")`;
      session.compileError(new Error(message), file);
    }
  }
}

/**
 * Changes how core compiles tests: tests of incremental tables compile, too, and errors about
 * missing inputs name the file of the test. Call it before core compiles.
 * @param {TestSession} session
 */
export function adaptTests(session) {
  for (const test of session.tests) {
    const compile = test.compile.bind(test);
    test.compile = () => {
      const errors = session.graphErrors.compilationErrors;
      const before = errors.length;
      const dataset = datasetOf(session, test);
      const result = isIncremental(dataset) ? compileAsTable(session, test, dataset) : compile();
      for (const error of errors.slice(before)) {
        explainMissingInput(error, test);
        explainMissingDataset(error, test, session);
      }
      return result;
    };
  }
}

/**
 * What core does for a table, for an incremental table: its query when it does not exist yet.
 * @param {TestSession} session
 * @param {CoreTest} test
 * @param {CoreAction} dataset
 */
function compileAsTable(session, test, dataset) {
  const { inputs } = inputsOf(session, test);
  const context = datasetContext({
    find: (target) => find(session, target),
    self: { schema: "", name: "" },
    isIncremental: false,
    relationOf: (action) => {
      const input = inputs.find((each) => each.action === action);
      return input && `(${render(input.contextable, {})})`;
    },
    onRead: () => undefined,
  });
  test.proto.testQuery = withoutMissing(String(render(dataset.contextableQuery, context)));
  test.proto.expectedOutputQuery = String(render(test.contextableQuery, {}));
  if (test.proto.expectedOutputQuery.trim() === "") {
    session.compileError(new Error("Expected query is empty."), test.proto.fileName);
  }
  return test.proto;
}

/** @param {string} query */
function withoutMissing(query) {
  return missingRelations(query).length > 0 ? "" : query;
}

/**
 * Core says it with the file of the model and targets as JSON within JSON.
 * @param {CoreError} error
 * @param {CoreTest} test
 */
function explainMissingInput(error, { proto, testTarget, contextableInputs }) {
  const missing = /^Input for dataset "(\{.*\})" has not been provided/s.exec(error.message)?.[1];
  if (missing === undefined || testTarget === undefined) return;
  const given = [...contextableInputs.keys()].map((key) => nameOf(JSON.parse(key))).join(", ");
  error.fileName = proto.fileName;
  error.actionTarget = testTarget;
  error.message = `The test "${proto.name}" has no input "${nameOf(JSON.parse(missing))}", which ${testTarget.name} reads (inputs: ${given || "none"})`;
  delete error.stack;
}

/**
 * Core looks in the default schema only when the config of a test names none.
 * @param {CoreError} error
 * @param {CoreTest} test
 * @param {TestSession} session
 */
function explainMissingDataset(error, { testTarget }, session) {
  if (testTarget === undefined || !/^Dataset .* could not be found/s.test(error.message)) return;
  const { schema, name } = testTarget;
  const others = find(session, { name }).map((action) => action.getTarget());
  const hints = others.map(
    (other) => `dataset: { schema: "${other.schema}", name: "${other.name}" }`,
  );
  const next = hints.length > 0 ? `; write ${hints.join(" or ")}` : "";
  error.message = `There is no dataset "${name}" in schema "${schema}"${next}`;
  error.actionTarget = testTarget;
  delete error.stack;
}
