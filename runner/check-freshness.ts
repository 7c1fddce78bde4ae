import { assertCompiled } from "./compile/checks/assert-compiled.ts";
import { type CompileOptions, compileProject } from "./compile/compile-project.ts";
import { type FreshSource, freshSources, newestRow } from "./compile/freshness.ts";
import type { Database, Session } from "./database/database.ts";
import { type SqlError, SqlFailure } from "./errors.ts";
import { targetName } from "./target.ts";

/** Which project, and where its sources are. */
export interface CheckFreshnessOptions extends CompileOptions {
  openDatabase: () => Promise<Database>;
}

/** How old a source is. Times are ISO 8601 in UTC. */
export interface SourceFreshness {
  source: string;
  fileName: string;
  /** `warn`: older than warnAfter; `error`: older than errorAfter, or it cannot be told. */
  status: "fresh" | "warn" | "error";
  /** Null when the source has no row, or it cannot be told. */
  loadedAt: string | null;
  ageSeconds: number | null;
  warnAfter?: string;
  errorAfter?: string;
  /** Why it cannot be told. */
  error?: SqlError;
}

/** Asks every source with a freshness for its newest row; changes nothing. Throws as `compileProject` does. */
export async function checkFreshness(options: CheckFreshnessOptions): Promise<SourceFreshness[]> {
  const { projectDir, signal } = options;
  const compiled = await compileProject(options);
  assertCompiled(compiled, projectDir);
  const sources = freshSources(compiled);
  if (sources.length === 0) return [];
  const database = await options.openDatabase();
  try {
    const found: SourceFreshness[] = [];
    for (const source of sources) {
      found.push(await database.session((session) => freshnessOf(source, session), signal));
    }
    return found;
  } finally {
    await database.close();
  }
}

async function freshnessOf(source: FreshSource, session: Session): Promise<SourceFreshness> {
  const { target, fileName, freshness } = source;
  const { warnAfter, errorAfter } = freshness;
  const facts = {
    ...{ source: targetName(target), fileName },
    ...(warnAfter && { warnAfter: warnAfter.text }),
    ...(errorAfter && { errorAfter: errorAfter.text }),
  };
  try {
    const { loadedAt, ageSeconds } = await readNewest(source, session);
    const age = ageSeconds === null ? Number.POSITIVE_INFINITY : ageSeconds * 1000;
    const isBeyond = (limit: typeof warnAfter) => limit !== undefined && age > limit.millis;
    const status = isBeyond(errorAfter) ? "error" : isBeyond(warnAfter) ? "warn" : "fresh";
    return { ...facts, status, loadedAt, ageSeconds };
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    const unknown = { loadedAt: null, ageSeconds: null, error: error.error };
    return { ...facts, status: "error", ...unknown };
  }
}

// The expression is an author's, and what it calls could write.
async function readNewest(source: FreshSource, session: Session) {
  const own = session.own;
  await own.query("begin read only");
  try {
    const { rows } = await own.authored(`
      select
        pg_catalog.to_char(pg_catalog.timezone('UTC', loaded_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        pg_catalog.date_part('epoch', pg_catalog.now() operator(pg_catalog.-) loaded_at)
      from (\n${newestRow(source)}\n) as newest`);
    const [loadedAt = null, age = null] = rows[0] ?? [];
    return { loadedAt, ageSeconds: age === null ? null : Math.round(Number(age)) };
  } finally {
    if (own.isInTransaction()) await own.query("rollback");
  }
}
