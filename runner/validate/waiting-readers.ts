import type { Session } from "../database/database.ts";
import { SqlFailure } from "../errors.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import { readInboundKeys } from "../relation/inbound-keys.ts";
import { readDependents } from "../relation/read-dependents.ts";
import { filledAgain } from "../relation/refresh-facts.ts";
import { parseSql } from "../sql/parse-sql.ts";

/**
 * Returns what makes readers of an action wait between the swap of its relation and the commit, one
 * sentence each, with the next step; `advice` is the setting that avoids waiting for its
 * post-operations.
 */
export async function waitingReaders(
  session: Session,
  { target, tasks }: ExecutionAction,
  advice: string | undefined,
): Promise<string[]> {
  const filled = filledAgain(await readDependents(session, target));
  const keys = await readInboundKeys(session, target);
  return [
    ...filled.map((what) => `readers wait while ${what} on it is filled again`),
    ...keys.map(({ what }) => `readers wait while the ${what} is checked again`),
    ...(await afterSwap(tasks, advice)),
  ];
}

/** Like `waitingReaders`, but only for statements after the publication. */
export async function afterSwap(
  tasks: ExecutionAction["tasks"],
  advice: string | undefined,
): Promise<string[]> {
  const published = tasks.findIndex(({ type }) => type === "publish");
  for (const { statement } of tasks.slice(published + 1)) {
    if (await isQuick(statement)) continue;
    return [
      `readers wait until its post_operations are done${advice ? `: ${advice} spares them that` : ""}`,
    ];
  }
  return [];
}

// An existing index is copied before the swap.
async function isQuick(sql: string): Promise<boolean> {
  try {
    return (await parseSql(sql)).every(({ kind, node }) => {
      if (kind === "IndexStmt") return node.if_not_exists === true;
      return kind === "GrantStmt" || kind === "CommentStmt";
    });
  } catch (error) {
    if (error instanceof SqlFailure) return false;
    throw error;
  }
}
