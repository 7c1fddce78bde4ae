import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { Replacement } from "../../plan/publish/replacement-rule.ts";
import type { BuildTask } from "../../plan/publish-task.ts";
import { refuseRewrite, type TableFacts } from "../../relation/replacement-facts.ts";
import { logEveryKey, logRows } from "../increments/spread-log.ts";
import type { Publication } from "../publication.ts";
import type { Stage } from "../stage/stage.ts";
import { canCompare, rewrite, unlessConflict } from "./replace-in-place.ts";
import { changedRows, replaceByKey, type SpreadPlace } from "./spread-difference.ts";

/**
 * Replaces the rows of a table that Citus spreads by those of a stage that is spread in the same way;
 * returns how. Rows are found by their key, since a place on disk means nothing on another node.
 */
export async function replaceSpread(
  publication: Publication<BuildTask>,
  stage: Stage,
  facts: TableFacts,
): Promise<Replacement> {
  const { session, target } = publication;
  const names = stage.columns.map(({ name }) => quoteIdentifier(name));
  const table = qualifiedName(target);
  const place = { table, names, stage };
  const rewriteAll = async () => {
    await logEveryKey(session, target);
    await rewrite(session, place);
  };
  const { key } = facts;
  if (!key || !(await canCompare(session, target, place, facts, key))) {
    refuseRewrite(target, facts);
    await rewriteAll();
    const why = key ? "its key does not tell the new rows apart" : "no key tells its rows apart";
    return { how: "rewrite", why };
  }
  const spread: SpreadPlace = {
    ...{ table, stage: stage.name, key, columns: stage.columns, names, compared: names },
    changing: stage.columns
      .filter(({ name }) => !key.includes(name))
      .map(({ name }) => quoteIdentifier(name)),
  };
  const isApplied = await unlessConflict(session, facts, async () => {
    await logRows(session, target, changedRows(spread));
    await replaceByKey(session, spread);
  });
  if (isApplied) return { how: "diff", why: `by key (${key.join(", ")})`, key };
  await rewriteAll();
  return { how: "rewrite", why: "values of a unique column change places" };
}
