// Unit tests for the runner: core compiles a test into one query with the inputs pasted into it,
// refuses incremental tables and knows nothing of the rows that are there already. Here the same
// test becomes its parts: inputs, the model's query over them, and the expected rows.
import { datasetOf, find, inputsOf, isIncremental, render } from "./core-tests.js";
import { datasetContext, missingRelations, qualified } from "./unit-test-context.js";

/**
 * @typedef {import("../../compiled-graph.ts").CompiledUnitTest} CompiledUnitTest
 * @typedef {import("./core-tests.js").CoreAction} CoreAction
 * @typedef {import("./core-tests.js").CoreTest} CoreTest
 * @typedef {import("./core-tests.js").TestSession} TestSession
 * @typedef {import("./to-target.js").PartialTarget} PartialTarget
 */

/**
 * Returns every test in parts; none when core found errors, which are then reported. Call it after
 * core has compiled.
 * @param {TestSession} session
 * @returns {CompiledUnitTest[]}
 */
export function splitTests(session) {
  if (session.graphErrors.compilationErrors.length > 0) return [];
  return session.tests.flatMap((test) => {
    const dataset = datasetOf(session, test);
    return dataset === undefined ? [] : [splitTest(session, test, dataset)];
  });
}

/**
 * @param {TestSession} session
 * @param {CoreTest} test
 * @param {CoreAction} dataset
 * @returns {CompiledUnitTest}
 */
function splitTest(session, test, dataset) {
  const { inputs, problems } = inputsOf(session, test);
  const names = relationNames([dataset, ...inputs.map(({ action }) => action)]);
  const isGiven = new Set(inputs.map(({ action }) => action));
  const startsFull = isIncremental(dataset) && isGiven.has(dataset);
  /** @type {Set<CoreAction>} */
  const read = new Set(startsFull ? [dataset] : []);
  const context = datasetContext({
    find: (target) => find(session, target),
    self: { schema: "pg_temp", name: names.get(dataset) ?? "" },
    isIncremental: startsFull,
    relationOf: (action) =>
      isGiven.has(action) ? qualified("pg_temp", names.get(action) ?? "") : undefined,
    onRead: (action) => read.add(action),
  });
  const query = String(render(dataset.contextableQuery, context) ?? "");
  const where = startsFull ? render(dataset.contextableWhere, context) : undefined;
  const preOps = (dataset.contextablePreOps ?? []).flatMap((each) => render(each, context) ?? []);
  const unused = inputs.filter(({ action }) => !read.has(action) && !isFollowed(action, query));
  return {
    name: test.proto.name,
    fileName: test.proto.fileName,
    tags: test.proto.tags,
    disabled: Boolean(test.proto.disabled || dataset.proto.disabled),
    dataset: finalTarget(session, dataset.getTarget()),
    relation: names.get(dataset) ?? "",
    startsFull,
    inputs: inputs.map(({ name, contextable, action }) => ({
      name,
      relation: names.get(action) ?? "",
      query: String(render(contextable, {})),
    })),
    query,
    ...(typeof where === "string" && { where }),
    preOps: preOps.filter((each) => missingRelations(each).length === 0),
    expectedQuery: String(render(test.contextableQuery, {})),
    problems: [
      ...problems,
      ...(dataset.contextableJitCode ? ["code that is compiled during the run has no test"] : []),
      ...missingRelations(query + (where ?? "")).map((name) => `there is no input "${name}"`),
      ...unused.map(({ name }) => `the input "${name}" is not read`),
    ],
  };
}

/**
 * Whether a query reads the changed keys of a relation (`postgres.follows`), which come from its input.
 * @param {CoreAction} action
 * @param {string} query
 */
function isFollowed(action, query) {
  const { name } = action.getTarget();
  return ["changed", "added"].some((what) => query.includes(`${name}__${what}`));
}

/**
 * The temporary relation of every action: its own name, so that a query without aliases finds its
 * columns; with a number where two schemas have a relation of that name.
 * @param {CoreAction[]} actions
 */
function relationNames(actions) {
  /** @type {Map<CoreAction, string>} */
  const names = new Map();
  for (const action of new Set(actions)) {
    const { name } = action.getTarget();
    const taken = new Set(names.values());
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name.slice(0, 50)}_${number}`;
    names.set(action, free);
  }
  return names;
}

/**
 * A target as the compiled graph has it.
 * @param {TestSession} session
 * @param {PartialTarget} target
 * @returns {import("../../../target.ts").Target}
 */
function finalTarget(session, { database, schema = "", name }) {
  return {
    ...(database && { database: session.finalizeDatabase(database) }),
    schema: session.finalizeSchema(schema),
    name: session.finalizeName(name),
  };
}
