import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import type { Target } from "../target.ts";

/**
 * Gives the indexes and keys of an empty copy the names that they have in its table, since statements name
 * them and PostgreSQL chooses other names for copies. Leaves out those that statements have dropped.
 */
export async function nameCopiedIndexes(
  session: Session,
  target: Target,
  copy: Target,
  isDropped: (index: Target) => boolean,
): Promise<void> {
  const { rows } = await session.query(indexesQuery, [qualifiedName(copy), qualifiedName(target)]);
  const found = rows.map(([made, name, isFree]) => ({
    made: made ?? "",
    name: name ?? "",
    isFree: isFree === "t",
  }));
  const inCopy = (name: string) => qualifiedName({ schema: copy.schema, name });
  const rename = (from: string, to: string) =>
    `alter index ${inCopy(from)} rename to ${quoteIdentifier(to)}`;
  const others = found.filter(({ made, name }) => made !== name);
  const gone = found.filter(
    ({ name, isFree }) => isFree && isDropped({ schema: target.schema, name }),
  );
  // The name of one may be the one that PostgreSQL has chosen for another.
  const statements = [
    ...others.map(({ made }, index) => rename(made, `dataform_plan_index_${index}`)),
    ...others.map(({ name }, index) => rename(`dataform_plan_index_${index}`, name)),
    ...gone.map(({ name }) => `drop index ${inCopy(name)}`),
  ];
  if (statements.length > 0) await session.query(statements.join(";\n"));
}

// PostgreSQL copies indexes in the order in which they were made.
const indexesQuery = `
  with
  made as (
    select i.*, row_number() over (order by i.indexrelid) as place
    from pg_index as i where i.indrelid = to_regclass($1)
  ),
  live as (
    select i.*, row_number() over (order by i.indexrelid) as place
    from pg_index as i where i.indrelid = to_regclass($2) and i.indislive
  )
  select m.relname, l.relname, not exists (select from pg_constraint as k where k.conindid = m.oid)
  from made
  join live on live.place = made.place and live.indisunique = made.indisunique and live.indnatts = made.indnatts
  join pg_class as m on m.oid = made.indexrelid
  join pg_class as l on l.oid = live.indexrelid
  where not exists (
    select from pg_class as other
    where other.relnamespace = m.relnamespace and other.relname = l.relname
      and other.oid not in (select indexrelid from made))
  order by made.place`;
