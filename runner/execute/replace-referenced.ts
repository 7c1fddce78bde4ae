import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifiers.ts";
import type { Target } from "../target.ts";
import type { Stage } from "./stage.ts";

/**
 * The columns of a table that foreign keys of other tables refer to; undefined when none does. Rows
 * of such a table cannot all be deleted, or would take others with them.
 */
export async function referencedKey(
  session: Session,
  target: Target,
): Promise<string[] | undefined> {
  const { rows } = await session.query(`
    select (
      select jsonb_agg(a.attname order by n)
      from unnest(k.confkey) with ordinality as u (attnum, n)
      join pg_attribute as a on a.attrelid = k.confrelid and a.attnum = u.attnum)
    from pg_constraint as k
    where k.contype = 'f' and k.conrelid <> k.confrelid and k.conparentid = 0
      and k.confrelid = to_regclass(${quoteLiteral(qualifiedName(target))})
    order by k.oid limit 1`);
  const columns = rows[0]?.[0];
  return typeof columns === "string" ? (JSON.parse(columns) as string[]) : undefined;
}

/** Gives a table the rows of a stage by deleting, changing and adding what differs; gives their number. */
export async function replaceByKey(
  session: Session,
  target: Target,
  stage: Stage,
  key: readonly string[],
): Promise<number> {
  const table = qualifiedName(target);
  const matches = key.map(quoteIdentifier).map((name) => `t.${name} = s.${name}`);
  const on = matches.join(" and ");
  await session.query(
    `delete from ${table} as t where not exists (select from ${stage.name} as s where ${on})`,
  );
  await session.query(
    `merge into ${table} as t using ${stage.name} as s on ${on}${actions(stage, key)}`,
  );
  const counted = await session.query(`select count(*) from ${stage.name}`);
  return Number(counted.rows[0]?.[0] ?? 0);
}

function actions({ columns }: Stage, key: readonly string[]): string {
  const values = columns.filter(({ name }) => !key.includes(name));
  const differs = values.map(({ name, isComparable }) => {
    const [column, cast] = [quoteIdentifier(name), isComparable ? "" : "::text"];
    return `t.${column}${cast} is distinct from s.${column}${cast}`;
  });
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const assignments = values.map(
    ({ name }) => `${quoteIdentifier(name)} = s.${quoteIdentifier(name)}`,
  );
  const update = `\nwhen matched and (${differs.join(" or ")}) then update set ${assignments.join(", ")}`;
  return `${values.length === 0 ? "" : update}
when not matched then insert (${names.join(", ")}) values (${names.map((name) => `s.${name}`).join(", ")})`;
}
