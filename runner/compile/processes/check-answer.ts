import type { CompilerAnswer } from "../compiler-process/core/compile-with-core.js";

/**
 * Returns the problem with a value as a text that begins with its place; undefined when the value
 * fits.
 */
type Shape = (value: unknown, place: string) => string | undefined;

const mostNested = 200;

/**
 * Takes what a compiler process answered and returns it with its type. The code of a project can
 * change whatever the answer is made of, so nothing of it is taken for granted: throws an `Error` that
 * names the place where something else was expected.
 */
export function checkAnswer(value: unknown, filePaths: readonly string[]): CompilerAnswer {
  const files = new Set(filePaths);
  const problem = nestedTooDeep(value) ?? answerProblem(value, files);
  if (problem !== undefined) throw new Error(problem + fileOf(problem, value, files));
  return value as CompilerAnswer;
}

/**
 * The file of the action that has the problem, in brackets: core passes on what its config says, a number
 * among the tags for example.
 */
function fileOf(problem: string, value: unknown, files: ReadonlySet<string>): string {
  const [, list = "", index = ""] = /^graph\.(\w+)\[(\d+)\]/.exec(problem) ?? [];
  const { graph } = isRecord(value) ? value : {};
  const actions = isRecord(graph) ? graph[list] : undefined;
  const action: unknown = Array.isArray(actions) ? actions[Number(index)] : undefined;
  const file = isRecord(action) ? action.fileName : undefined;
  return typeof file === "string" && files.has(file) ? ` (${file})` : "";
}

function answerProblem(value: unknown, files: ReadonlySet<string>): string | undefined {
  const { graph, settingsFailure, notices = [] } = isRecord(value) ? value : {};
  if (settingsFailure !== undefined) return failureShape(settingsFailure, "settingsFailure");
  return texts(notices, "notices") ?? graphShape(files)(graph, "graph");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const simple =
  (isSo: (value: unknown) => boolean, what: string): Shape =>
  (value, place) =>
    isSo(value) ? undefined : `${place} is not ${what}`;

const text = simple((value) => typeof value === "string", "a text");
const flag = simple((value) => typeof value === "boolean", "true or false");
const count = simple((value) => typeof value === "number", "a number");
const anything: Shape = () => undefined;

const listOf =
  (shape: Shape): Shape =>
  (value, place) => {
    if (!Array.isArray(value)) return `${place} is not a list`;
    for (const [index, each] of value.entries()) {
      const problem = shape(each, `${place}[${index}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

/** Fields that are there have their shapes; `needed` ones are there. */
const record =
  (fields: Record<string, Shape>, needed: readonly string[] = []): Shape =>
  (value, place) => {
    if (!isRecord(value)) return `${place} is not an object`;
    for (const [name, shape] of Object.entries(fields)) {
      const isThere = Object.hasOwn(value, name) && value[name] !== undefined;
      if (!isThere && !needed.includes(name)) continue;
      const problem = shape(value[name], `${place}.${name}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

const mapOf =
  (shape: Shape): Shape =>
  (value, place) =>
    isRecord(value)
      ? record(Object.fromEntries(Object.keys(value).map((key) => [key, shape])))(value, place)
      : `${place} is not an object`;

const oneOf =
  (...words: string[]): Shape =>
  (value, place) =>
    typeof value === "string" && words.includes(value) ? undefined : `${place} is not known`;

const texts = listOf(text);
const target = record({ database: text, schema: text, name: text }, ["name"]);
const targets = listOf(target);
const failureShape = record({ message: text, fileName: text, line: count, hint: text }, [
  "message",
  "fileName",
]);

const projectConfig = record({
  ...{ warehouse: text, defaultSchema: text, defaultDatabase: text, defaultLocation: text },
  ...{ assertionSchema: text, databaseSuffix: text, schemaSuffix: text, tablePrefix: text },
  ...{ builtinAssertionNamePrefix: text, disableAssertions: flag, vars: mapOf(text) },
});

const descriptor = record({
  ...{ description: text, compilationMode: text },
  columns: listOf(record({ path: texts, description: text, tags: texts }, ["path"])),
  metadata: record({ overview: text, extraProperties: record({}) }),
});

function graphShape(files: ReadonlySet<string>): Shape {
  const fileName: Shape = (value, place) =>
    text(value, place) ??
    (isOfProject(String(value), files) ? undefined : `${place} names no file of the project`);
  const action = {
    ...{ target, canonicalTarget: target, fileName, tags: texts, dependencyTargets: targets },
    ...{ disabled: flag, actionDescriptor: descriptor, jitCode: text, postgres: anything },
    ...{ query: text, parentAction: target, queries: texts, hasOutput: flag },
    rule: record({ uniqueKey: texts, conditions: texts }),
  };
  const table = {
    ...{ type: text, enumType: oneOf("TABLE", "VIEW", "INCREMENTAL"), incrementalQuery: text },
    ...{ where: text, preOps: texts, postOps: texts, incrementalPreOps: texts },
    ...{ incrementalPostOps: texts, uniqueKey: texts, protected: flag, materialized: flag },
    ...{ onSchemaChange: text, incrementalStrategy: text },
    bigquery: record({
      ...{ partitionBy: text, updatePartitionFilter: text, incrementalPredicates: texts },
      tableFormat: text,
    }),
  };
  const actions = listOf(record(action, ["target"]));
  const test = record({
    ...{ name: text, target, tags: texts, dependencyTargets: targets, testQuery: text },
    ...{ expectedOutputQuery: text, fileName, disabled: flag },
  });
  const error = record({ fileName: text, message: text, stack: text, actionName: text }, [
    "message",
  ]);
  const unitTest = record(
    {
      ...{ name: text, fileName, tags: texts, disabled: flag, dataset: target, relation: text },
      ...{ startsFull: flag, query: text, where: text, preOps: texts, expectedQuery: text },
      inputs: listOf(record({ name: text, relation: text, query: text }, ["name", "query"])),
      problems: texts,
    },
    ["name", "fileName", "dataset", "inputs", "preOps", "problems", "tags"],
  );
  return record(
    {
      projectConfig,
      tables: listOf(record({ ...action, ...table }, ["target"])),
      ...{ operations: actions, assertions: actions, declarations: actions },
      ...{ notebooks: actions, dataPreparations: actions, targets, tests: listOf(test) },
      graphErrors: record({ compilationErrors: listOf(error) }),
      ...{
        dataformCoreVersion: text,
        jitData: anything,
        postgres: anything,
        unitTests: listOf(unitTest),
      },
    },
    ["projectConfig"],
  );
}

/** Reports show lines of the file that an action names, so it must not name another one. */
function isOfProject(file: string, files: ReadonlySet<string>): boolean {
  return file === "" || files.has(file) || /^node_modules\/(?!.*(?:^|\/)\.)/.test(file);
}

/**
 * Values that are nested too deeply would exhaust the stack of every function that walks through
 * them.
 */
function nestedTooDeep(value: unknown): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > mostNested) return `something is nested more than ${mostNested} times`;
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null ? Object.values(each) : [],
    );
  }
  return undefined;
}
