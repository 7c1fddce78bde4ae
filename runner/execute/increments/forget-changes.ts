import { quoteLiteral } from "../../names/identifiers.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { changeLogOf } from "./change-log.ts";
import { followersTable } from "./followers.ts";

/**
 * Returns the statements that remove from a log the changes that all followers have seen; they never wait for a lock. A
 * large log of which nothing else is left, and to which nobody writes, is emptied at once. A change of a transaction that
 * has not begun yet was restored from another cluster, after which every follower computes every key anyway.
 */
export function forgetChanges(follow: Follow): string[] {
  if (follow.appendOnly) return [];
  const { id, table: log } = changeLogOf(follow);
  const transactions = `(select distinct dataform_xid as xid from ${log}) as changes`;
  const isSeen = `(changes.xid >= pg_snapshot_xmax(pg_current_snapshot()) or not exists (
    select from ${followersTable} as followers
    where followers.log = ${quoteLiteral(id)}
      and (followers.snapshot is null or not pg_visible_in_snapshot(changes.xid, followers.snapshot))
  ))`;
  const empty = `
    do $dataform$
    begin
      if pg_relation_size(${quoteLiteral(log)}) > ${largeLog} then
        lock table ${log} in access exclusive mode nowait;
        if not exists (select from ${transactions} where not ${isSeen}) then
          truncate ${log};
        end if;
      end if;
    exception when lock_not_available then
      null;
    end
    $dataform$`;
  const remove = `
    delete from ${log} where ctid in (
      select ctid from ${log}
      where dataform_xid = any (array(select changes.xid from ${transactions} where ${isSeen}))
      for update skip locked
    )`;
  return [empty, remove];
}

// Bytes. To empty a small one makes more work than to delete its rows.
const largeLog = 1_000_000;
