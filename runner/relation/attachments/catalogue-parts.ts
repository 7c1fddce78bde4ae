import { columnsOf, named, type Part } from "./part.ts";

/** Joins the extended statistics as `e`. */
export const ownStatistics = "join pg_statistic_ext as e on e.stxrelid = c.oid";
const statisticsName = "format('%I.%I', e.stxnamespace::regnamespace::name, e.stxname)";

/** Extended statistics. */
export const statistics: Part[] = [
  ...[
    ["pg_get_statisticsobjdef(e.oid)", ""],
    [
      `format('alter statistics %s owner to %I', ${statisticsName}, pg_get_userbyid(e.stxowner))`,
      "and pg_get_userbyid(e.stxowner) <> current_user",
    ],
    [
      `format('alter statistics %s set statistics %s', ${statisticsName}, e.stxstattarget)`,
      "and coalesce(e.stxstattarget, -1) >= 0",
    ],
  ].map(
    ([statement = "", condition]): Part => ({
      what: named("statistics", "e.stxname"),
      phase: "finish",
      statement,
      columns: columnsOf("pg_statistic_ext", "e.oid"),
      from: `${ownStatistics} ${condition}`,
    }),
  ),
];

/** Replica identity and publications. */
export const replication: Part[] = [
  {
    what: "'the replica identity'",
    phase: "finish",
    statement: `format('alter table %s replica identity %s', self,
      case c.relreplident when 'f' then 'full' when 'n' then 'nothing' else format('using index %I', (
        select x.relname from pg_index as i join pg_class as x on x.oid = i.indexrelid
        where i.indrelid = c.oid and i.indisreplident)) end)`,
    from: "where c.relreplident <> 'd' and c.relkind in ('r', 'p')",
  },
  {
    what: named("publication", "b.pubname"),
    phase: "finish",
    statement: `format('alter publication %I add table only %s%s%s', b.pubname, self,
      (select ' (' || string_agg(quote_ident(t.attname), ', ' order by t.attnum) || ')'
        from unnest(p.prattrs::smallint[]) as n
        join pg_attribute as t on t.attrelid = c.oid and t.attnum = n),
      ' where (' || pg_get_expr(p.prqual, p.prrelid) || ')')`,
    columns: columnsOf("pg_publication_rel", "p.oid"),
    from: `join pg_publication_rel as p on p.prrelid = c.oid
      join pg_publication as b on b.oid = p.prpubid`,
  },
];
