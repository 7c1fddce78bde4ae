import type { Session } from "../database/database.ts";
import { qualifiedName, quoteLiteral } from "../names/identifiers.ts";
import { type RelationKind, type Target, targetName } from "../target.ts";
import { type Attachment, readAttachments } from "./attachments/attachments.ts";
import { readInboundKeys } from "./inbound-keys.ts";
import { readLosses } from "./refuse-losses.ts";

/** A dependent view as the statement that makes it again, with its attachments. */
export interface Dependent {
  target: Target;
  kind: RelationKind;
  definition: string;
  options: string | null;
  /** False for a materialized view without data. */
  isPopulated: boolean;
  /** The functions and operators that it uses, apart from PostgreSQL's own, as text to compare. */
  uses: string;
  attachments: Attachment[];
}

/** The views and materialized views built on a relation, those nearest to it first. */
export async function readDependents(session: Session, target: Target): Promise<Dependent[]> {
  const { rows } = await session.query(dependentsQuery(qualifiedName(target)));
  const dependents: Dependent[] = [];
  for (const [schema, name, definition, options, kind, isPopulated, uses] of rows) {
    const dependent = { schema: schema ?? "", name: name ?? "" };
    dependents.push({
      target: dependent,
      kind: kind as RelationKind,
      isPopulated: isPopulated === "t",
      uses: uses ?? "",
      definition: definition ?? "",
      options: options ?? null,
      attachments: await readAttachments(session, dependent),
    });
  }
  return dependents;
}

// Views of both kinds, those nearest to the relation first; a view reached on two ways counts at its farthest.
function dependentsQuery(name: string): string {
  return `
    with recursive dependent (oid, depth) as (
      select to_regclass(${quoteLiteral(name)})::oid, 0
      union
      select r.ev_class, d.depth + 1
      from dependent as d
      join pg_depend as p
        on p.refobjid = d.oid and p.refclassid = 'pg_class'::regclass
        and p.classid = 'pg_rewrite'::regclass
      join pg_rewrite as r on r.oid = p.objid and r.ev_class <> d.oid
    )
    select
      n.nspname,
      c.relname,
      pg_get_viewdef(c.oid),
      (select string_agg(o, ', ') from unnest(c.reloptions) as o),
      case c.relkind when 'm' then 'materialized view' else 'view' end,
      c.relispopulated,
      ${usesOf("c.oid")}
    from dependent as d
    join pg_class as c on c.oid = d.oid and c.relkind in ('v', 'm')
    join pg_namespace as n on n.oid = c.relnamespace
    where d.depth > 0
    group by n.nspname, c.relname, c.oid
    order by max(d.depth), c.oid`;
}

/** Describes the attachments that others made, without grants, comments and declared objects. */
export async function readForeign(session: Session, target: Target): Promise<string[]> {
  const dependents = await readDependents(session, target);
  const views = dependents.map((dependent) => dependent.target);
  const losses = await readLosses(session, [target, ...views]);
  const keys = await readInboundKeys(session, target);
  const attachments = await readAttachments(session, target);
  const hung = attachments.filter(({ kind, mayGo }) => kind !== null && !mayGo);
  return [
    ...dependents.map((dependent) => targetName(dependent.target)),
    ...losses,
    ...[...keys, ...hung].map(({ what }) => what),
  ];
}

/** SQL for the functions and operators that a view uses, apart from PostgreSQL's own, as one text. */
export function usesOf(oid: string): string {
  return `(select coalesce(string_agg(d.refclassid || ' ' || d.refobjid, ', ' order by d.refclassid, d.refobjid), '')
    from pg_rewrite as w join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
    where w.ev_class = ${oid} and d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass))`;
}
