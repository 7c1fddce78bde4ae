import { ActionFailure } from "../errors.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import { type ParsedStatement, parseSql } from "../sql/parse-sql.ts";
import { writtenNames } from "../sql/written-names.ts";
import type { Change } from "./earlier-parts.ts";
import type { Overlay } from "./overlay.ts";

/**
 * Makes again what an action names of earlier transactions of the plan, before it is checked: what it
 * changes first, with everything that is built on it.
 */
export async function bringForAction(action: ExecutionAction, overlay: Overlay): Promise<void> {
  const { earlier } = overlay;
  if (earlier.isEmpty()) return;
  const { target, tasks, postgres, distribution } = action;
  const changes: Change[] = overlay.has(target)
    ? [{ names: [target.name], withDependents: true }]
    : [];
  for (const { type, statement } of tasks) {
    if (type !== "statement") continue;
    changes.push(...(await readable(statement)).map((each) => changeOf(each, overlay)));
  }
  await earlier.bringToChange(changes);
  const { indexes = [], constraints = [] } = postgres ?? {};
  const texts = [
    ...tasks.map(({ statement }) => statement),
    distribution?.colocateWith?.name ?? "",
  ];
  const declared = [...indexes, ...constraints].map(({ definition }) => definition);
  await earlier.bring([...texts, ...declared].join("\n"));
}

const shaping = new Set(["AlterTableStmt", "RenameStmt", "DropStmt", "TruncateStmt", "ViewStmt"]);
const writing = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "SelectStmt"]);

function changeOf(statement: ParsedStatement, { earlier }: Overlay): Change {
  const { kind, node } = statement;
  const names = writtenNames(statement).map(({ name }) => name);
  return {
    names: writing.has(kind) ? names.filter((each) => !earlier.hasOnlyTables(each)) : names,
    withDependents: shaping.has(kind) || node.partbound !== undefined,
  };
}

/** A statement that cannot be read is a finding later. */
async function readable(sql: string): Promise<ParsedStatement[]> {
  try {
    return await parseSql(sql);
  } catch (error) {
    if (error instanceof ActionFailure) return [];
    throw error;
  }
}
