import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { Target } from "../../target.ts";

/**
 * Whether a view (its name as SQL) that reads the stand-in of a table, `pg_temp.<name of the table>`, reads the table
 * itself, too: through a view, or through a function of users whose text names the table or a view on it.
 */
export async function readsTableItself(
  session: Session,
  view: string,
  table: Target,
): Promise<boolean> {
  const standIn = `pg_temp.${quoteIdentifier(table.name)}`;
  const { rows } = await session.catalogue(readingQuery, [view, standIn, qualifiedName(table)]);
  return rows[0]?.[0] === "t";
}

// PostgreSQL's own functions are in no row of pg_depend. What the text of a function calls is not either: any function
// counts whose name is part of it.
const readingQuery = `
  with recursive
  reads (oid) as (
    select to_regclass($1)::oid
    union
    select d.refobjid
    from reads
    join pg_rewrite as r on r.ev_class = reads.oid
    join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
      and d.refclassid = 'pg_class'::regclass
    where d.refobjid is distinct from to_regclass($2)::oid
  ),
  functions (oid, prosrc) as (
    select p.oid, p.prosrc
    from reads
    join pg_rewrite as r on r.ev_class = reads.oid
    join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
      and d.refclassid = 'pg_proc'::regclass
    join pg_proc as p on p.oid = d.refobjid
    union
    select called.oid, called.prosrc
    from functions as caller
    join pg_proc as called on called.oid >= 16384
      and strpos(lower(caller.prosrc), lower(called.proname)) > 0
    where called.prolang not in (select oid from pg_language where lanname in ('internal', 'c'))
  ),
  readers (oid) as (
    select to_regclass($3)::oid
    union
    select r.ev_class
    from readers
    join pg_depend as d on d.refclassid = 'pg_class'::regclass and d.refobjid = readers.oid
      and d.classid = 'pg_rewrite'::regclass
    join pg_rewrite as r on r.oid = d.objid
  )
  select exists (select from reads where oid = to_regclass($3)::oid)
    or exists (
      select from functions
      join pg_depend as d on d.classid = 'pg_proc'::regclass and d.objid = functions.oid
      join readers on d.refclassid = 'pg_class'::regclass and d.refobjid = readers.oid)
    or exists (
      select from functions as f
      join readers on true
      join pg_class as c on c.oid = readers.oid
      where f.prosrc ~* ('(^|\\W)' || regexp_replace(c.relname, '(\\W)', '\\\\\\1', 'g') || '(\\W|$)'))`;
