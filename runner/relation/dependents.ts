import type { Session } from "../database/database.ts";
import { ActionFailure, RunnerError } from "../errors.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../names/identifiers.ts";
import type { RelationKind } from "../target.ts";
import { type Target, targetKey, targetName } from "../target.ts";
import {
  type Attachment,
  attach,
  clearPrivileges,
  fitting,
  misfits,
  readAttachments,
} from "./attachments/attachments.ts";
import { takeBriefly } from "./brief-lock.ts";
import { type InboundKey, keepInboundKeys, readInboundKeys } from "./inbound-keys.ts";
import { readLosses, refuseLosses } from "./refuse-losses.ts";
import { readRelation } from "./relation.ts";

/** Targets of the running graph: their views may be left away, because the run makes them again. */
export type RebuiltLater = ReadonlySet<string>;

/** A dependent view as the statement that makes it again, with its attachments. */
export interface Dependent {
  target: Target;
  kind: RelationKind;
  definition: string;
  options: string | null;
  /** False for a materialized view that nobody has filled yet. */
  isPopulated: boolean;
  /** The functions and operators that it uses, apart from PostgreSQL's own, as text to compare. */
  uses: string;
  attachments: Attachment[];
}

/** The attachments and dependent views of a relation that is dropped and made again. */
export interface Surroundings {
  attachments: Attachment[];
  dependents: Dependent[];
  inboundKeys: InboundKey[];
}

/**
 * Drops a relation, lets `rebuild` make it again under its name, and puts back its attachments and
 * dependent views, all in the session's transaction. Blocks readers: use it only for instant
 * changes or relations that cannot be renamed. Never cascades.
 */
export async function withoutDependents(
  session: Session,
  target: Target,
  kind: RelationKind,
  rebuild: () => Promise<unknown>,
  rebuiltLater: RebuiltLater,
): Promise<void> {
  const around = await readSurroundings(session, target);
  await takeAside(session, target, kind, around);
  for (const { statement } of inPhase(around.attachments, "handover")) {
    await session.query(statement.replace(/ owned by .*$/s, " owned by none"));
  }
  await session.query(`drop ${kind} ${qualifiedName(target)}`);
  await rebuild();
  const attachments = await requireFit(session, target, target, around.attachments);
  await clearPrivileges(session, target);
  await attach(session, target, attachments);
  for (const dependent of around.dependents)
    await putBack(session, target, dependent, rebuiltLater);
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

/** The same for a change that leaves the relation itself where it is. */
export async function withDependentsAside(
  session: Session,
  target: Target,
  change: () => Promise<unknown>,
  rebuiltLater: RebuiltLater,
): Promise<void> {
  const dependents = await readDependents(session, target);
  const views = dependents.map((dependent) => dependent.target);
  if (views.length > 0) refuseLosses(target, await readLosses(session, views));
  await takeAside(session, target, "table", { dependents, inboundKeys: [] });
  await change();
  for (const dependent of dependents) await putBack(session, target, dependent, rebuiltLater);
}

/** Throws when an object would be lost whatever the new columns are. */
export async function readSurroundings(
  session: Session,
  target: Target,
  onto: Target = target,
): Promise<Surroundings> {
  const dependents = await readDependents(session, target);
  const gone = [target, ...dependents.map((dependent) => dependent.target)];
  refuseLosses(target, await readLosses(session, gone));
  const attachments = await readAttachments(session, target, onto);
  return { attachments, dependents, inboundKeys: await readInboundKeys(session, target) };
}

/**
 * Returns the attachments that fit the new relation; throws for others, unless they may be dropped.
 */
export async function requireFit(
  session: Session,
  target: Target,
  made: Target,
  attachments: readonly Attachment[],
): Promise<Attachment[]> {
  const shape = await readRelation(session, made);
  if (!shape) throw new RunnerError("INTERNAL", `${targetName(made)} is not in the catalogue`);
  refuseLosses(target, misfits(attachments, shape));
  return fitting(attachments, shape);
}

/**
 * Drops the views on a relation and the keys that refer to it, and keeps readers out, in the order in
 * which readers lock: the views first, then the table. `lock table` knows no materialized views, and
 * of a view it locks the tables too; moving one to the schema where it is takes the same lock.
 */
export async function takeAside(
  session: Session,
  target: Target,
  kind: RelationKind,
  { dependents, inboundKeys }: Pick<Surroundings, "dependents" | "inboundKeys">,
): Promise<void> {
  const name = qualifiedName(target);
  const drops = dependents
    .toReversed()
    .map((dependent) => `drop ${dependent.kind} ${qualifiedName(dependent.target)}`);
  const lock =
    kind === "table"
      ? `lock table only ${name} in access exclusive mode`
      : `alter ${kind} ${name} set schema ${quoteIdentifier(target.schema)}`;
  const names = [name, ...dependents.map((dependent) => qualifiedName(dependent.target))];
  await takeBriefly(session, names, [...drops, ...inboundKeys.map(({ drop }) => drop), lock]);
  keepInboundKeys(session, target, inboundKeys);
}

/** The attachments of one phase. */
export function inPhase(
  attachments: readonly Attachment[],
  phase: Attachment["phase"],
): Attachment[] {
  return attachments.filter((each) => each.phase === phase);
}

/** Makes a dropped view again; may leave it out when the run makes it anyway. */
export async function putBack(
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
    const statement = `create ${kind} ${qualifiedName(target)}${settings} as ${definition}${fill}`;
    await makeAgain(session, dependent, statement);
    await clearPrivileges(session, target);
    await attach(session, target, await requireFit(session, target, target, attachments));
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error;
    await session.query("rollback to savepoint put_back");
    if (rebuiltLater.has(targetKey(target))) return;
    throw new ActionFailure({
      message: `${targetName(changed)} was not changed: the ${kind} ${targetName(target)} is built on it and would break: ${error.error.message}`,
      hint: `change or drop ${targetName(target)} first`,
    });
  }
}

// PostgreSQL does not write which `=` it means in `is distinct from`, `nullif` and `case … when`,
// and the author's search_path decides which `=` of an extension is found. So the view is made with
// that search_path and then compared, in case another role has put its own `=` there.
async function makeAgain(
  session: Session,
  { target, uses }: Dependent,
  statement: string,
): Promise<void> {
  await session.query("savepoint make_again");
  for (const send of [session.query, session.authored]) {
    await send(statement);
    const { rows } = await session.query(
      `select ${usesOf(`to_regclass(${quoteLiteral(qualifiedName(target))})`)}`,
    );
    if (rows[0]?.[0] === uses) return session.query("release savepoint make_again").then(() => {});
    await session.query("rollback to savepoint make_again");
  }
  throw new ActionFailure({
    message: "its definition would mean other functions or operators in this session",
  });
}

function usesOf(oid: string): string {
  return `(select coalesce(string_agg(d.refclassid || ' ' || d.refobjid, ', ' order by d.refclassid, d.refobjid), '')
    from pg_rewrite as w join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
    where w.ev_class = ${oid} and d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass))`;
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
