/**
 * One kind of attachment, as parts of a query over `c`, the relation; `from` joins other
 * catalogues.
 */
export interface Part {
  what: string;
  phase: "build" | "handover" | "finish";
  statement: string;
  columns?: string;
  kind?: string;
  mayGo?: string;
  from: string;
}

/** Joins the columns as `t`. */
export const attribute =
  "join pg_attribute as t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped";
/** The one column `t` as JSON. */
export const column = "jsonb_build_array(t.attname)";
/** Takes a kind and SQL for a name; returns SQL for both in words. */
export const named = (kind: string, name: string) => `format('${kind} %I', ${name})`;

/** The columns of the relation that an object depends on. */
export function columnsOf(catalogue: string, oid: string): string {
  return `(select coalesce(jsonb_agg(distinct a.attname), '[]') from pg_depend as d
    join pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where d.classid = '${catalogue}'::regclass and d.objid = ${oid}
      and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid > 0)`;
}
