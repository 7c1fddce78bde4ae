import { assertCompiled } from "../../runner/compile/checks/assert-compiled.ts";
import { compileProject } from "../../runner/compile/compile-project.ts";
import type { Session } from "../../runner/database/database.ts";
import { quoteIdentifier } from "../../runner/names/identifiers.ts";
import { moveNames } from "../../runner/sql/move-names.ts";
import { parseSql } from "../../runner/sql/parse-sql.ts";

/** The views of the reports as of a day. */
export interface AsOfViews {
  names: ReadonlySet<string>;
  /** The statements that make them, for a session of somebody else. */
  sql: string;
}

/**
 * Makes the views of `definitions/reports/` as of a day as temporary views of the session, from the
 * project compiled with that `vars.reportDate`. The warehouse stays as it is.
 */
export async function makeAsOfViews(
  session: Session,
  projectDir: string,
  asOf: string,
): Promise<AsOfViews> {
  const compiled = await compileProject({ projectDir, overrides: { vars: { reportDate: asOf } } });
  assertCompiled(compiled, projectDir);
  const views = new Map(
    (compiled.tables ?? [])
      .filter(({ enumType, tags }) => enumType === "VIEW" && tags?.includes("reports"))
      .map((view) => [view.target.name, view]),
  );
  const made = new Set<string>();
  const statements: string[] = [];
  const make = async (name: string): Promise<void> => {
    const view = views.get(name);
    if (view === undefined || made.has(name)) return;
    made.add(name);
    for (const { name: needed } of view.dependencyTargets ?? []) await make(needed);
    const [statement] = await parseSql(view.query ?? "");
    if (statement === undefined) return;
    const moved = moveNames(statement, ({ schema, name: used }) =>
      schema === view.target.schema && views.has(used) ? "pg_temp" : undefined,
    );
    const sql = `create or replace temporary view ${quoteIdentifier(name)} as\n${moved.text.trim()}`;
    await session.query(sql);
    statements.push(sql);
  };
  for (const name of views.keys()) await make(name);
  return { names: made, sql: statements.map((sql) => `${sql};\n`).join("\n") };
}
