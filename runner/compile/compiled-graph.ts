import type { Target } from "../target.ts";
import type { PostgresSettings } from "./settings/postgres-settings.ts";

/**
 * The part of Dataform's CompiledGraph that this runner reads, in its JSON form (protobuf defaults
 * are absent). Source: core.proto of @dataform/core.
 */
export interface CompiledGraph {
  projectConfig: ProjectConfig;
  tables?: CompiledTable[];
  operations?: CompiledOperation[];
  assertions?: CompiledAssertion[];
  declarations?: CompiledDeclaration[];
  tests?: CompiledTest[];
  notebooks?: UnsupportedAction[];
  dataPreparations?: UnsupportedAction[];
  graphErrors?: { compilationErrors?: CompilationError[] };
  dataformCoreVersion?: string;
  targets?: Target[];
  jitData?: unknown;
  /** Not of core: the tests in parts, if `compileProject` was asked to read them. */
  unitTests?: CompiledUnitTest[];
  /** Not of core: `postgres` in the settings of the project, as it was written. */
  postgres?: unknown;
}

/** Project settings after every override of the command line. */
export interface ProjectConfig {
  warehouse?: string;
  defaultSchema?: string;
  defaultDatabase?: string;
  defaultLocation?: string;
  assertionSchema?: string;
  databaseSuffix?: string;
  schemaSuffix?: string;
  tablePrefix?: string;
  builtinAssertionNamePrefix?: string;
  disableAssertions?: boolean;
  vars?: Record<string, string>;
}

/**
 * One error of the compiler. `fileName` is relative to the project folder; where the line is known,
 * the first line of `stack` is `<file>:<line>`, which editors read.
 */
export interface CompilationError {
  fileName?: string;
  message: string;
  stack?: string;
  actionName?: string;
  actionTarget?: Target;
}

/** A description of an action and of its columns, from its config block. */
export interface ActionDescriptor {
  description?: string;
  columns?: { path: string[]; description?: string; tags?: string[] }[];
  compilationMode?: string;
  metadata?: { overview?: string; extraProperties?: Record<string, unknown> };
}

interface CompiledAction {
  target: Target;
  canonicalTarget?: Target;
  fileName?: string;
  tags?: string[];
  dependencyTargets?: Target[];
  disabled?: boolean;
  actionDescriptor?: ActionDescriptor;
  jitCode?: string;
  /** As written in `postgres: { … }`. */
  postgres?: unknown;
  /** Not of core: the settings for PostgreSQL, typed, from wherever they were written. */
  settings?: PostgresSettings;
}

/** A table, a view or an incremental table. */
export interface CompiledTable extends CompiledAction {
  type?: string;
  enumType?: "TABLE" | "VIEW" | "INCREMENTAL";
  query?: string;
  incrementalQuery?: string;
  where?: string;
  preOps?: string[];
  postOps?: string[];
  incrementalPreOps?: string[];
  incrementalPostOps?: string[];
  uniqueKey?: string[];
  onSchemaChange?: "IGNORE" | "FAIL" | "EXTEND" | "SYNCHRONIZE";
  incrementalStrategy?: string;
  protected?: boolean;
  materialized?: boolean;
  bigquery?: {
    partitionBy?: string;
    updatePartitionFilter?: string;
    incrementalPredicates?: string[];
    tableFormat?: "ICEBERG";
  };
}

/** SQL run as written; `hasOutput` says that it makes its target. */
export interface CompiledOperation extends CompiledAction {
  queries?: string[];
  hasOutput?: boolean;
}

/** A query that must return no rows; `parentAction` is set on the built-in ones. */
export interface CompiledAssertion extends CompiledAction {
  query?: string;
  parentAction?: Target;
  /** Not of core: the source whose age it checks; its settings say how old that may be. */
  freshnessOf?: Target;
  /** Not of core: it compares the number of rows of its `parentAction` with the usual number. */
  isUsualRows?: true;
  /** What a built-in one checks. */
  rule?: BuiltInRule;
}

/** The rule of a built-in assertion: a key as SQL, or conditions that every row meets. */
export type BuiltInRule = { uniqueKey: string[] } | { conditions: string[] };

/** A relation that the project does not make. */
interface CompiledDeclaration extends CompiledAction {}

/** A unit test of one table or view. */
export interface CompiledTest {
  name?: string;
  target?: Target;
  tags?: string[];
  dependencyTargets?: Target[];
  testQuery?: string;
  expectedOutputQuery?: string;
  fileName?: string;
  disabled?: boolean;
}

/** A unit test in parts, with every relation under the name of a temporary one. */
export interface CompiledUnitTest {
  name: string;
  fileName: string;
  tags: string[];
  /** Whether the test or its dataset is disabled. */
  disabled: boolean;
  /** The table, view or incremental table that is tested. */
  dataset: Target;
  /** The temporary relation that holds its rows in the test. */
  relation: string;
  /** The test has an input with the table's own name: the incremental table already has rows. */
  startsFull: boolean;
  inputs: UnitTestInput[];
  /** The dataset's query over the inputs; for `startsFull` the one of an incremental run. */
  query: string;
  where?: string;
  /** Pre-operations, without those that name a relation that has no input. */
  preOps: string[];
  expectedQuery: string;
  /** Why the test cannot run, in words. */
  problems: string[];
}

/** Rows that stand for a relation in a unit test. */
export interface UnitTestInput {
  /** As the test names it. */
  name: string;
  /** The temporary relation. */
  relation: string;
  query: string;
}

/** An action of a kind that cannot run on PostgreSQL. */
interface UnsupportedAction {
  target: Target;
  fileName?: string;
  disabled?: boolean;
  dependencyTargets?: Target[];
}

/** An action that PostgreSQL can run. */
export type RunnableEntry =
  | { type: "table" | "view" | "incremental"; action: CompiledTable }
  | { type: "operation"; action: CompiledOperation }
  | { type: "assertion"; action: CompiledAssertion };

/** One action of a compiled graph, from any of its lists. */
export type CompiledEntry =
  | RunnableEntry
  | { type: "declaration"; action: CompiledDeclaration }
  | { type: "notebook" | "dataPreparation"; action: UnsupportedAction };

/** Whether PostgreSQL can run an action: declarations are made by others, some kinds by BigQuery alone. */
export function isRunnable(entry: CompiledEntry): entry is RunnableEntry {
  return !["declaration", "notebook", "dataPreparation"].includes(entry.type);
}

/** Every action of a graph in one list; tests are not among them, since they make nothing. */
export function actionsOf(graph: CompiledGraph): CompiledEntry[] {
  const { tables = [], operations = [], assertions = [], declarations = [] } = graph;
  const { notebooks = [], dataPreparations = [] } = graph;
  return [
    ...tables.map((action) => ({ type: tableType(action), action })),
    ...operations.map((action) => ({ type: "operation" as const, action })),
    ...assertions.map((action) => ({ type: "assertion" as const, action })),
    ...declarations.map((action) => ({ type: "declaration" as const, action })),
    ...notebooks.map((action) => ({ type: "notebook" as const, action })),
    ...dataPreparations.map((action) => ({ type: "dataPreparation" as const, action })),
  ];
}

const tableTypes = { TABLE: "table", VIEW: "view", INCREMENTAL: "incremental" } as const;

/** What kind of table it is, as reports name it. */
export function tableType({ enumType = "TABLE" }: CompiledTable) {
  return tableTypes[enumType];
}
