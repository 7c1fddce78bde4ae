import { replication, statistics } from "./catalogue-parts.ts";
import { columnSettings, notNull } from "./column-parts.ts";
import { comments } from "./comment-parts.ts";
import { constraints, indexes, names, storage } from "./index-parts.ts";
import { ownerAndGrants, rowSecurity, sequences } from "./right-parts.ts";
import { triggersAndRules } from "./trigger-parts.ts";

/**
 * Takes SQL literals of the names of a relation and of the relation that replaces it; returns a
 * query for the attachments with one row each: its description, when it is put back, its statement,
 * the columns that it needs (JSON), the kind of relation that it needs, and whether it may be
 * dropped silently.
 */
export function attachmentsQuery(name: string, onto: string): string {
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
  return `
    with relation as (
      select
        pg_class.*,
        case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
        ${onto}::text as onto,
        ${name}::text as self
      from pg_class where oid = to_regclass(${name})
    )
    select what, phase, statement, columns, kind, may_go::text
    from (${selects.join("\nunion all\n")}) as each
    order by rank, what, statement`;
}
