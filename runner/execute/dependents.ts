import type { Session } from "../database/database.ts";
import { qualifiedName, quoteLiteral } from "../database/identifiers.ts";
import { SqlFailure } from "../errors.ts";
import type { RelationKind } from "../plan/execution-graph.ts";
import { type Target, targetKey, targetName } from "../target.ts";
import { type Attachment, putBackAttachments, readAttachments } from "./attachments.ts";

/** Targets of the running graph: their views may be left away, because the run makes them again. */
export type RebuiltLater = ReadonlySet<string>;

interface Dependent {
  target: Target;
  definition: string;
  options: string | null;
  attachments: Attachment[];
}

/**
 * Drops a relation, lets `rebuild` make it again and puts back every view that was built on it, with
 * its owner, grants and comment, all in the session's transaction. Never cascades: whatever else
 * depends on the relation (materialized views, foreign keys, functions) makes PostgreSQL refuse.
 */
export async function withoutDependents(
  session: Session,
  target: Target,
  kind: RelationKind,
  rebuild: () => Promise<unknown>,
  rebuiltLater: RebuiltLater,
): Promise<void> {
  const dependents = await readDependents(session, target);
  const attachments = await readAttachments(session, target);
  for (const dependent of dependents.toReversed()) {
    await session.query(`drop view ${qualifiedName(dependent.target)}`);
  }
  await session.query(`drop ${kind} ${qualifiedName(target)}`);
  await rebuild();
  await putBackAttachments(session, target, attachments);
  for (const dependent of dependents) await putBack(session, target, dependent, rebuiltLater);
}

async function putBack(
  session: Session,
  changed: Target,
  dependent: Dependent,
  rebuiltLater: RebuiltLater,
): Promise<void> {
  const { target, definition, options, attachments } = dependent;
  await session.query("savepoint put_back");
  try {
    const settings = options === null ? "" : ` with (${options})`;
    await session.query(`create view ${qualifiedName(target)}${settings} as ${definition}`);
    await putBackAttachments(session, target, attachments);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    await session.query("rollback to savepoint put_back");
    if (rebuiltLater.has(targetKey(target))) return;
    throw new SqlFailure({
      message: `${targetName(changed)} was not changed: the view ${targetName(target)} is built on it and would break: ${error.error.message}`,
      hint: `change or drop ${targetName(target)} first`,
    });
  }
}

async function readDependents(session: Session, target: Target): Promise<Dependent[]> {
  const { rows } = await session.query(dependentsQuery(qualifiedName(target)));
  const dependents: Dependent[] = [];
  for (const [schema, name, definition, options] of rows) {
    const dependent = { schema: schema ?? "", name: name ?? "" };
    dependents.push({
      target: dependent,
      definition: definition ?? "",
      options: options ?? null,
      attachments: await readAttachments(session, dependent),
    });
  }
  return dependents;
}

// Views only, those nearest to the relation first; a view reached on two ways counts at its farthest.
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
      (select string_agg(o, ', ') from unnest(c.reloptions) as o)
    from dependent as d
    join pg_class as c on c.oid = d.oid and c.relkind = 'v'
    join pg_namespace as n on n.oid = c.relnamespace
    where d.depth > 0
    group by n.nspname, c.relname, c.oid
    order by max(d.depth), c.oid`;
}
