import type { Session } from "../database/database.ts";
import { qualifiedName, quoteLiteral } from "../database/identifiers.ts";
import { SqlFailure } from "../errors.ts";
import type { RelationKind } from "../plan/execution-graph.ts";
import { type Target, targetKey, targetName } from "../target.ts";
import { type Attachment, putBackAttachments, readAttachments } from "./attachments.ts";
import { dropInboundKeys } from "./reconcile/inbound-keys.ts";

/** Targets of the running graph: their views may be left away, because the run makes them again. */
export type RebuiltLater = ReadonlySet<string>;

/** A view as the statement that makes it again, with what hangs on it. */
export interface Dependent {
  target: Target;
  kind: RelationKind;
  definition: string;
  options: string | null;
  /** False for a materialized view that nobody has filled yet. */
  isPopulated: boolean;
  attachments: Attachment[];
}

/**
 * Drops a relation, lets `rebuild` make it again and puts back every view and materialized view that
 * was built on it, with its owner, grants, comments and indexes, all in the session's transaction.
 * Never cascades: whatever else depends on the relation (foreign keys, functions) makes PostgreSQL
 * refuse.
 */
export async function withoutDependents(
  session: Session,
  target: Target,
  kind: RelationKind,
  rebuild: () => Promise<unknown>,
  rebuiltLater: RebuiltLater,
): Promise<void> {
  const attachments = await readAttachments(session, target);
  const change = async () => {
    if (kind === "table") await dropInboundKeys(session, target);
    await session.query(`drop ${kind} ${qualifiedName(target)}`);
    await rebuild();
    await putBackAttachments(session, target, attachments);
  };
  await withDependentsAside(session, target, change, rebuiltLater);
}

/** The same for a change that leaves the relation itself where it is. */
export async function withDependentsAside(
  session: Session,
  target: Target,
  change: () => Promise<unknown>,
  rebuiltLater: RebuiltLater,
): Promise<void> {
  const dependents = await readDependents(session, target);
  for (const { kind, target: view } of dependents.toReversed()) {
    await session.query(`drop ${kind} ${qualifiedName(view)}`);
  }
  await change();
  for (const dependent of dependents) await putBack(session, target, dependent, rebuiltLater);
}

async function putBack(
  session: Session,
  changed: Target,
  dependent: Dependent,
  rebuiltLater: RebuiltLater,
): Promise<void> {
  const { target, kind, options, attachments } = dependent;
  await session.query("savepoint put_back");
  try {
    const settings = options === null ? "" : ` with (${options})`;
    const definition = dependent.definition.replace(/;\s*$/, "");
    const fill = dependent.isPopulated ? "" : " with no data";
    await session.query(
      `create ${kind} ${qualifiedName(target)}${settings} as ${definition}${fill}`,
    );
    await putBackAttachments(session, target, attachments);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    await session.query("rollback to savepoint put_back");
    if (rebuiltLater.has(targetKey(target))) return;
    throw new SqlFailure({
      message: `${targetName(changed)} was not changed: the ${kind} ${targetName(target)} is built on it and would break: ${error.error.message}`,
      hint: `change or drop ${targetName(target)} first`,
    });
  }
}

/** The views and materialized views built on a relation, those nearest to it first. */
export async function readDependents(session: Session, target: Target): Promise<Dependent[]> {
  const { rows } = await session.query(dependentsQuery(qualifiedName(target)));
  const dependents: Dependent[] = [];
  for (const [schema, name, definition, options, kind, isPopulated] of rows) {
    const dependent = { schema: schema ?? "", name: name ?? "" };
    dependents.push({
      target: dependent,
      kind: kind as RelationKind,
      isPopulated: isPopulated === "t",
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
      c.relispopulated
    from dependent as d
    join pg_class as c on c.oid = d.oid and c.relkind in ('v', 'm')
    join pg_namespace as n on n.oid = c.relnamespace
    where d.depth > 0
    group by n.nspname, c.relname, c.oid
    order by max(d.depth), c.oid`;
}
