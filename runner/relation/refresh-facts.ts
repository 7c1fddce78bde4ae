import type { Session } from "../database/database.ts";
import { refreshesConcurrently } from "../database/warehouse/warehouse-state.ts";
import { qualifiedName, quoteLiteral } from "../names/identifiers.ts";
import { asksForObstacles, type RefreshFacts } from "../plan/publish/refresh-rule.ts";
import type { ReplaceSetting } from "../plan/publish/replacement-rule.ts";
import type { MaterializedTask } from "../plan/publish-task.ts";
import { type Target, targetName } from "../target.ts";
import { type Dependent, readDependents } from "./read-dependents.ts";
import { readLosses } from "./refuse-losses.ts";

/** Reads the facts of a materialized view that exists; `task` gives its setting. */
export async function readRefreshFacts(
  session: Session,
  target: Target,
  { replace }: Pick<MaterializedTask, "replace">,
): Promise<RefreshFacts> {
  const { rows } = await session.query(`
    select c.relispopulated, ${refreshesConcurrently("c")}
    from pg_class as c where c.oid = to_regclass(${quoteLiteral(qualifiedName(target))})`);
  const [isPopulated, concurrent] = (rows[0] ?? []).map((value) => value === "t");
  const setting: ReplaceSetting = replace ?? "auto";
  const facts = {
    setting,
    isPopulated: isPopulated ?? false,
    refreshesConcurrently: concurrent ?? false,
  };
  const obstacles = asksForObstacles(facts) ? await readObstacles(session, target) : [];
  return { ...facts, obstacles };
}

/** The materialized views among dependents that would be filled again while readers wait. */
export function filledAgain(dependents: readonly Dependent[]): string[] {
  return dependents
    .filter(({ kind, isPopulated }) => kind === "materialized view" && isPopulated)
    .map(({ target }) => `materialized view ${targetName(target)}`);
}

// A refresh keeps dependent objects of others; a swap has to make them again.
async function readObstacles(session: Session, target: Target): Promise<string[]> {
  const dependents = await readDependents(session, target);
  const all = [target, ...dependents.map((dependent) => dependent.target)];
  return [
    ...(await readLosses(session, all)).map((what) => `it would lose ${what}`),
    ...filledAgain(dependents).map((what) => `${what} would have to be filled again`),
    ...(await readOthers(session, all)),
  ];
}

async function readOthers(session: Session, targets: readonly Target[]): Promise<string[]> {
  const names = targets.map((target) => quoteLiteral(qualifiedName(target))).join(", ");
  const { rows } = await session.query(`
    select format('the role %I may not make %I.%I again', current_user,
      c.relnamespace::regnamespace::name, c.relname)
    from unnest(array[${names}]) as name
    join pg_class as c on c.oid = to_regclass(name)
    join pg_roles as me on me.rolname = current_user
    where not me.rolsuper
      and not (c.relowner = me.oid and has_schema_privilege(c.relnamespace, 'create'))
    order by c.oid`);
  return rows.flatMap(([what]) => what ?? []);
}
