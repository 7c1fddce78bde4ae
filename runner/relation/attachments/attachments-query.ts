import { replication, statistics } from "./catalogue-parts.ts";
import { columnSettings, notNull } from "./column-parts.ts";
import { comments } from "./comment-parts.ts";
import { constraints, indexes, names, storage } from "./index-parts.ts";
import { ownerAndGrants, rowSecurity, sequences } from "./right-parts.ts";
import { triggersAndRules } from "./trigger-parts.ts";

const parts = [
  ...notNull,
  ...columnSettings,
  ...storage,
  ...constraints,
  ...indexes,
  ...ownerAndGrants,
  ...sequences,
  ...names,
  ...rowSecurity,
  ...triggersAndRules,
  ...statistics,
  ...replication,
  ...comments,
];

const selects = parts.map(
  ({ what, phase, statement, columns = "'[]'", kind = "c.kind", mayGo = "false", from }, rank) =>
    `select ${rank} as rank, ${what} as what, '${phase}' as phase, ${statement} as statement,
      ${columns}::jsonb as columns, ${kind} as kind, ${mayGo} as may_go
    from relation as c ${from}`,
);

/**
 * The query for the attachments of a relation, $1, with one row each: its description, when it is put back, its statement
 * for the relation that takes its place, $2, the columns that it needs (JSON), the kind of relation that it needs, and
 * whether it may be dropped silently. To plan it takes PostgreSQL 15 ms, far longer than to answer it.
 */
export const attachmentsQuery = `
  with relation as (
    select
      pg_class.*,
      case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
      $2::text as onto,
      $1::text as self
    from pg_class where oid = to_regclass($1)
  )
  select what, phase, statement, columns, kind, may_go::text
  from (${selects.join("\nunion all\n")}) as each
  order by rank, what, statement`;
