import type { Session } from "../database/database.ts";
import type { ParsedStatement } from "../sql/parse-sql.ts";
import { walkSyntax } from "../sql/walk-syntax.ts";
import { writtenNames } from "../sql/written-names.ts";
import { bringIn } from "./bring-in.ts";
import { dropIndexes } from "./drop-indexes.ts";
import { refuseOnNodes } from "./on-nodes.ts";
import type { Overlay } from "./overlay.ts";
import { setForAction } from "./set-for-action.ts";
import type { StatementOutcome } from "./statement-outcome.ts";
import { tryDefinition, tryQuery, trySyntaxOfBlock } from "./try-statement.ts";

// Read and analysed by PostgreSQL, never executed.
const planned = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

// Executed in the overlay, on empty relations: cheap, and gone with the transaction.
const executed = new Set([
  ...["CreateStmt", "CreateTableAsStmt", "ViewStmt", "IndexStmt", "AlterTableStmt", "RenameStmt"],
  ...["DropStmt", "TruncateStmt", "CommentStmt", "GrantStmt", "CreateSeqStmt", "AlterSeqStmt"],
  ...["CreateFunctionStmt", "CreateEnumStmt", "CreateRangeStmt", "CreateDomainStmt"],
  ...["CompositeTypeStmt", "CreateStatsStmt", "CreateTrigStmt", "CreatePolicyStmt", "RuleStmt"],
  "LockStmt",
]);

// They make nothing that a later statement could miss.
const harmless = new Set([
  ...[
    "VacuumStmt",
    "ClusterStmt",
    "ReindexStmt",
    "CheckPointStmt",
    "NotifyStmt",
    "CreateSchemaStmt",
  ],
  ...["RefreshMatViewStmt", "GrantRoleStmt", "AlterDefaultPrivilegesStmt", "VariableSetStmt"],
  ...["DiscardStmt", "DeallocateStmt", "AlterOwnerStmt", "GrantStmt", "CommentStmt", "DropStmt"],
]);

/**
 * Has PostgreSQL check one statement of an author without any effect outside the overlay: queries
 * are analysed, definitions are executed on empty copies, everything else is left to the run.
 */
export async function checkStatement(
  session: Session,
  overlay: Overlay,
  statement: ParsedStatement,
): Promise<StatementOutcome> {
  const { kind } = statement;
  if (kind === "VariableSetStmt") return setForAction(session, overlay, statement);
  if (kind === "DoStmt") await trySyntaxOfBlock(session, overlay, statement);
  if (statement.node.removeType === "OBJECT_INDEX") {
    await dropIndexes(session, overlay, statement);
  }
  if (!isChecked(statement)) return left(statement);
  for (const name of writtenNames(statement)) {
    if (!(await bringIn(session, overlay, statement, name))) return left(statement);
  }
  if (planned.has(kind) || kind === "CreateTableAsStmt") {
    await refuseOnNodes(session, overlay, statement);
  }
  const tryIt = planned.has(kind) ? tryQuery : tryDefinition;
  const reason = await tryIt(session, overlay, statement);
  return {
    ...(reason && { reason }),
    mayCreate: kind === "SelectStmt" && callsFunction(statement),
  };
}

function callsFunction({ node }: ParsedStatement): boolean {
  let isFound = false;
  walkSyntax(node, undefined, (key) => {
    isFound ||= key === "FuncCall";
  });
  return isFound;
}

/** Whether it is a query, or changes nothing but relations and functions, which the overlay holds. */
function isChecked(statement: ParsedStatement): boolean {
  const { kind, node } = statement;
  if (planned.has(kind)) return node.intoClause === undefined;
  return executed.has(kind) && isContained(statement);
}

const contained: Record<string, RegExp> = {
  DropStmt: /^OBJECT_(TABLE|VIEW|MATVIEW|SEQUENCE|FUNCTION|PROCEDURE|ROUTINE)$/,
  CommentStmt: /^OBJECT_(TABLE|VIEW|MATVIEW|SEQUENCE|COLUMN)$/,
  RenameStmt: /^OBJECT_(TABLE|VIEW|MATVIEW|COLUMN)$/,
  GrantStmt: /^OBJECT_TABLE$/,
};

/** Whether all that it changes is a relation or function, which the overlay holds. */
function isContained({ kind, node, text }: ParsedStatement): boolean {
  const type = node.removeType ?? node.objtype ?? node.renameType;
  if (kind === "GrantStmt" && node.targtype !== "ACL_TARGET_OBJECT") return false;
  if (kind === "AlterTableStmt") return !/\b(attach|detach)\s+partition\b/i.test(text);
  return contained[kind]?.test(String(type)) ?? true;
}

function left({ kind, tokens }: ParsedStatement): StatementOutcome {
  const [first = kind, second = ""] = tokens.map((token) => token.text.toLowerCase());
  const words = /^(alter|create|drop|refresh|reindex)$/.test(first) ? `${first} ${second}` : first;
  const reason = `${words} is left to the run`;
  return { reason, mayCreate: !harmless.has(kind) };
}
