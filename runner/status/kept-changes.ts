import type { CompiledGraph } from "../compile/compiled-graph.ts";
import type { Session } from "../database/database.ts";
import { mayRead } from "../database/warehouse/may-read.ts";
import { ownSchema } from "../names/our-marks.ts";
import { type Target, targetKey } from "../target.ts";

/** Changed keys of a table that are kept for a follower which this project does not run. */
export interface KeptChanges {
  followed: Target;
  follower: Target;
  /** The size of the log of changes; other followers may use the same log. */
  bytes: number;
}

/**
 * Returns the logs of changes that grow because a table which follows others by key is not published by
 * the project any more: its model was removed, renamed or disabled, or belongs to another project.
 * Empty when this role may not read which tables follow others.
 */
export async function readKeptChanges(
  session: Session,
  { tables = [] }: CompiledGraph,
): Promise<KeptChanges[]> {
  if (!(await mayRead(session, { schema: ownSchema, name: "followers" }))) return [];
  const { rows } = await session.query(`
    select followed_schema, followed_name, follower_schema, follower_name,
      sum(pg_total_relation_size(c.oid))
    from ${ownSchema}.followers
    join pg_class as c
      on c.relnamespace = '${ownSchema}'::regnamespace and c.relname = 'changes_' || log
    group by 1, 2, 3, 4
    order by 5 desc, 1, 2, 3, 4`);
  const published = new Set(
    tables.filter(({ disabled }) => !disabled).map(({ target }) => targetKey(target)),
  );
  return rows
    .map(([schema, name, followerSchema, followerName, bytes]) => ({
      followed: { schema: schema ?? "", name: name ?? "" },
      follower: { schema: followerSchema ?? "", name: followerName ?? "" },
      bytes: Number(bytes),
    }))
    .filter(({ follower }) => !published.has(targetKey(follower)));
}
