import type { Session } from "../../database/database.ts";
import { quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import type { Increment } from "../../plan/execution-graph.ts";
import { oidOf } from "./table-parts.ts";

/**
 * Returns one hash of what gives a query its meaning beside its text and the rows that it reads: the
 * views that it reads and that are not of the project, and the functions of users that it or these
 * views call. Every function whose name stands in one of the texts counts, and those of all operators and casts, whose
 * names stand nowhere, but for those of extensions; one too many costs nothing until it is changed.
 */
export async function calledCode(
  session: Session,
  { reads, sql }: Pick<Increment, "reads" | "sql">,
): Promise<string> {
  const { rows } = await session.query(`
    with recursive
    views (oid) as (
      select oid from pg_class
      where relkind = 'v' and oid = any (array[${reads.map(oidOf).join(", ")}]::oid[])
      union
      select c.oid
      from views
      join pg_rewrite as r on r.ev_class = views.oid
      join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
      join pg_class as c on d.refclassid = 'pg_class'::regclass and c.oid = d.refobjid and c.relkind = 'v'
    ),
    texts (oid, body) as (
      select null::oid, ${quoteLiteral(sql)}
      union
      select oid, pg_get_viewdef(oid) from views
      union
      select p.oid, pg_get_functiondef(p.oid)
      from pg_proc as p
      where p.oid in (select oprcode::oid from pg_operator where oid >= 16384
          union select castfunc from pg_cast where oid >= 16384)
        and not exists (select from pg_depend as d
          where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
      union
      select p.oid, case p.prokind
        when 'a' then (select a::text from pg_aggregate as a where a.aggfnoid = p.oid)
        else pg_get_functiondef(p.oid) end
      from texts as t
      join pg_proc as p on p.oid >= 16384 and strpos(lower(t.body), lower(p.proname)) > 0
      where p.pronamespace is distinct from to_regnamespace('${ownSchema}')
    )
    select encode(sha256(convert_to(coalesce(
      string_agg(body, ' ' order by body) filter (where oid is not null), ''), 'UTF8')), 'hex')
    from texts`);
  return rows[0]?.[0] ?? "";
}
