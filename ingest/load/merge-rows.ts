import type { Statement } from "../../runner/database/database.ts";
import type { BronzeTable } from "./bronze-tables.ts";
import type { CopyLines } from "./copy-lines.ts";
import { textArrays } from "./text-arrays.ts";

/**
 * The statement that adds those lines to a table which say something new, in their order. It gives how many these are, how
 * many of them say something else than an earlier row of the same name, the transaction when there is any, and how many
 * of those that are named by their content were results of other applications before.
 */
export function mergeStatement(table: BronzeTable, lines: CopyLines): Statement {
  return { text: mergeText(table), values: textArrays(lines, Object.keys(table.columns).length) };
}

const whose = ["app_id", "app_name"];

// Events of a run come in any order: one of its beginning takes no result back.
// "is not distinct from" takes one null for another. The index is on rows with a hash alone, and is
// looked into once for each row.
function mergeText({ relation, name, columns }: BronzeTable): string {
  const names = Object.keys(columns);
  const said = names.filter((column) => column !== "payload_hash" && column !== "raw_payload");
  const list = (alias: string, of: readonly string[]) =>
    of.map((column) => `${alias}.${column}`).join(", ");
  const hasStatus = "status" in columns;
  const isUnderWay = (row: string) => (hasStatus ? `${row}.status = 'running'` : "false");
  const isEnded = (row: string) =>
    hasStatus ? `${row}.status is distinct from 'running'` : "false";
  const typed = Object.entries(columns).map(([column, type]) => `${column}::${type}`);
  return `
    with
    fresh as materialized (
      select
        arrived.*,
        earlier.says_same is not null as is_correction,
        earlier.is_of_others as is_reassigned
      from (
        select ${typed.join(", ")}, position
        from unnest(${names.map((_, index) => `$${index + 1}::text[]`).join(", ")})
          with ordinality as texts (${names.join(", ")}, position)
      ) as arrived
      cross join lateral (
        select
          bool_or((${list("known", said)}) is not distinct from (${list("arrived", said)}))
            as says_same,
          bool_or(${isEnded("known")}) as has_ended,
          bool_and((${list("known", whose)}) is distinct from (${list("arrived", whose)}))
            and bool_or(num_nonnulls(${list("known", whose)}) > 0) as is_of_others
        from ${relation} as known
        where known.${name} = arrived.${name}
          and known.source_system = arrived.source_system
          and known.payload_hash is not null
      ) as earlier
      where earlier.says_same is not true
        and not (${isUnderWay("arrived")} and coalesce(earlier.has_ended, false))
    ),
    phased as (
      select
        position,
        ${isUnderWay("fresh")} as is_under_way,
        bool_or(${isEnded("fresh")}) over (
          partition by source_system, ${name} order by position
        ) as has_ended
      from fresh
    ),
    new_rows as (
      select * from fresh
      where position not in (select position from phased where is_under_way and has_ended)
    ),
    added as (
      insert into ${relation} (${names.join(", ")})
      select ${list("new_rows", names)} from new_rows order by new_rows.position
    )
    select
      count(*),
      count(*) filter (where is_correction),
      case when count(*) > 0 then pg_current_xact_id() end,
      count(*) filter (where is_reassigned and ${name} ~ '^[0-9a-f]{64}$')
    from new_rows`;
}
