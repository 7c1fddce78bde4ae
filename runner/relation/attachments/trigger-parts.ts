import { columnsOf, named, type Part } from "./part.ts";

const enabling = (state: string) =>
  `case ${state} when 'D' then 'disable' when 'A' then 'enable always' else 'enable replica' end`;
/** Joins the triggers as `g`. */
export const ownTrigger =
  "join pg_trigger as g on g.tgrelid = c.oid and not g.tgisinternal and g.tgparentid = 0";
/** Joins the rules as `r`. */
export const ownRule = "join pg_rewrite as r on r.ev_class = c.oid and r.rulename <> '_RETURN'";

/** Triggers and rules, and whether they are enabled. */
export const triggersAndRules: Part[] = [
  {
    what: named("trigger", "g.tgname"),
    phase: "finish",
    statement: "pg_get_triggerdef(g.oid)",
    columns: columnsOf("pg_trigger", "g.oid"),
    from: ownTrigger,
  },
  {
    what: named("trigger", "g.tgname"),
    phase: "finish",
    statement: `format('alter table %s %s trigger %I', self, ${enabling("g.tgenabled")}, g.tgname)`,
    columns: columnsOf("pg_trigger", "g.oid"),
    from: `${ownTrigger} and g.tgenabled <> 'O'`,
  },
  {
    what: named("rule", "r.rulename"),
    phase: "finish",
    statement: "pg_get_ruledef(r.oid)",
    columns: columnsOf("pg_rewrite", "r.oid"),
    from: ownRule,
  },
  {
    what: named("rule", "r.rulename"),
    phase: "finish",
    statement: `format('alter table %s %s rule %I', self, ${enabling("r.ev_enabled")}, r.rulename)`,
    columns: columnsOf("pg_rewrite", "r.oid"),
    from: `${ownRule} and r.ev_enabled <> 'O'`,
  },
];
