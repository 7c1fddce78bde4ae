import { assertCompiled } from "./compile/checks/assert-compiled.ts";
import { type CompileOptions, compileProject } from "./compile/compile-project.ts";
import { actionsOf, type CompiledGraph } from "./compile/compiled-graph.ts";
import type { Database, QueryResult, Session } from "./database/database.ts";
import { missingRelation, withNearestRelation } from "./database/failures/nearest-relation.ts";
import { sendSettingsToNodes } from "./database/settings-of-nodes.ts";
import { ActionFailure, RunnerError, type SqlError, SqlFailure } from "./errors.ts";
import { queryOf } from "./plan/compiled-sql.ts";
import { findCompiled } from "./plan/find-compiled.ts";
import { targetName } from "./target.ts";

/** What to show, of which project, and where its relations are. */
export interface ShowOptions extends CompileOptions {
  openDatabase: () => Promise<Database>;
  /** The name of a model, or a query in which `${ref("…")}` and includes may stand. */
  what: string;
  /** Rows to read at most. */
  limit: number;
}

/** The first rows of a query, or what PostgreSQL says against it. */
export type Shown =
  | { result: QueryResult; hasMore: boolean }
  /** `fileName`: the model's; absent for a typed query. */
  | { error: SqlError; fileName?: string };

/** The file that a typed query is compiled as. */
const typedFile = "definitions/dataform_typed_query.sqlx";

/**
 * Reads the rows that a model's query, or a typed one, gives now, from the relations as they are, in
 * a transaction that may only read. Throws a RunnerError for an unknown model or one without a query.
 */
export async function showProject(options: ShowOptions): Promise<Shown> {
  const { what, limit, signal } = options;
  const isTyped = /\s|\$\{/.test(what.trim());
  const asked = isTyped ? await compileTyped(options) : await queryOfModel(options);
  const database = await options.openDatabase();
  try {
    return await database.session((session) => readRows(session, asked.query, limit), signal);
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error;
    return failureOf(error.error, asked);
  } finally {
    await database.close();
  }
}

function modelsOf(graph: CompiledGraph): ReadonlySet<string> {
  const made = actionsOf(graph).filter(({ type }) => type !== "declaration");
  return new Set(made.map(({ action }) => targetName(action.target)));
}

interface Asked {
  query: string;
  /** What the project makes, by name. */
  models: ReadonlySet<string>;
  fileName?: string | undefined;
  hasPreOperations?: boolean;
}

async function queryOfModel({ what, ...options }: ShowOptions): Promise<Asked> {
  const graph = await compileProject(options);
  assertCompiled(graph, options.projectDir);
  const entry = findCompiled(graph, what.trim());
  const { fileName } = entry.action;
  const hasPreOperations = "preOps" in entry.action && (entry.action.preOps ?? []).length > 0;
  return { query: queryOf(entry), models: modelsOf(graph), fileName, hasPreOperations };
}

// Compiled as a view of the project would be, so that it may say whatever a model may say.
async function compileTyped({ what, ...options }: ShowOptions): Promise<Asked> {
  const addedFiles = { [typedFile]: `config { type: "view" } ${what}` };
  const graph = await compileProject({ ...options, addedFiles });
  assertTyped(graph, options.projectDir);
  const view = graph.tables?.find(({ fileName }) => fileName === typedFile);
  if (!view?.query?.trim()) throw new RunnerError("USAGE", "there is no query to show");
  return { query: view.query, models: modelsOf(graph) };
}

function assertTyped(graph: CompiledGraph, projectDir: string): void {
  try {
    assertCompiled(graph, projectDir);
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    const message = error.message.replaceAll(new RegExp(`${typedFile}(:\\d+)?`, "g"), "the query");
    throw new RunnerError(error.code, message, { ...(error.hint && { hint: error.hint }) });
  }
}

const declare = "declare dataform_show no scroll cursor for\n";

/** A cursor takes exactly one query, whatever its text ends with, and reads no more than is shown. */
async function readRows(session: Session, query: string, limit: number): Promise<Shown> {
  await session.query(`begin read only; ${sendSettingsToNodes}`);
  try {
    await session.query(declare + query, []);
    const result = await session.query(`fetch ${limit + 1} from dataform_show`);
    const rows = result.rows.slice(0, limit);
    return { result: { ...result, rows }, hasMore: result.rows.length > limit };
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    await session.query("rollback");
    throw await withNearestRelation(error, session);
  } finally {
    await session.query("rollback").catch(() => undefined);
  }
}

/** The failure as one of the query alone. */
function failureOf(
  { position, statement, ...rest }: SqlError,
  { query, models, fileName, hasPreOperations }: Asked,
): Shown {
  const isInQuery = statement?.startsWith(declare) && position !== undefined;
  const place = isInQuery ? { position: position - declare.length } : {};
  const missing = missingRelation({ ...rest, statement: query, ...place }) ?? "";
  const unbuilt = models.has(missing)
    ? `${missing} is not built yet: dataform run --actions ${missing}`
    : undefined;
  const own = hasPreOperations ? "its pre_operations are not run by show" : undefined;
  const hint = unbuilt ?? own ?? rest.hint;
  const error = { ...rest, statement: query, ...place, ...(hint && { hint }) };
  return { error, ...(fileName && { fileName }) };
}
