import { ownStatistics } from "./catalogue-parts.ts";
import { constraintsWhere, ownIndex } from "./index-parts.ts";
import { attribute, column, columnsOf, type Part } from "./part.ts";
import { ownRule, ownTrigger } from "./trigger-parts.ts";

/** Comments on the relation and on everything attached to it. */
export const comments: Part[] = [
  {
    what: "'comments'",
    phase: "finish",
    statement: "format('comment on %s %s is %L', v.kind, self, obj_description(c.oid, 'pg_class'))",
    kind: "v.kind",
    mayGo: "true",
    from: `, (values ('table'), ('view'), ('materialized view')) as v (kind)
      where obj_description(c.oid, 'pg_class') is not null`,
  },
  {
    what: "'comments'",
    phase: "finish",
    statement:
      "format('comment on column %s.%I is %L', self, t.attname, col_description(c.oid, t.attnum))",
    columns: column,
    kind: "null",
    mayGo: "true",
    from: `${attribute} where col_description(c.oid, t.attnum) is not null`,
  },
  comment("index", "x", "pg_class", "x.relname", ownIndex, false),
  comment("constraint", "k", "pg_constraint", "k.conname", constraintsWhere("k.contype <> 't'")),
  comment("trigger", "g", "pg_trigger", "g.tgname", ownTrigger),
  comment("policy", "p", "pg_policy", "p.polname", "join pg_policy as p on p.polrelid = c.oid"),
  comment("rule", "r", "pg_rewrite", "r.rulename", ownRule),
  comment("statistics", "e", "pg_statistic_ext", "e.stxname", ownStatistics, false),
];

function comment(
  kind: string,
  alias: string,
  catalogue: string,
  name: string,
  from: string,
  isOnTable = true,
): Part {
  const schema = kind === "index" ? "c.relnamespace" : "e.stxnamespace";
  const place = isOnTable
    ? `format('%I on %s', ${name}, self)`
    : `format('%I.%I', ${schema}::regnamespace::name, ${name})`;
  const text = `obj_description(${alias}.oid, '${catalogue}')`;
  return {
    what: "'comments'",
    phase: "finish",
    statement: `format('comment on ${kind} %s is %L', ${place}, ${text})`,
    columns: columnsOf(catalogue, `${alias}.oid`),
    mayGo: "true",
    from: `join lateral (select 1) as one on true ${from} ${/\bwhere\b/.test(from) ? "and" : "where"} ${text} is not null`,
  };
}
