import type { Session } from "../../runner/database/database.ts";

/** The descriptions of columns that the models of a schema have, by `relation.column`. */
export async function columnComments(
  session: Session,
  schema: string,
): Promise<Map<string, string>> {
  const { rows } = await session.query(
    `select pg_class.relname || '.' || pg_attribute.attname, pg_description.description
    from pg_class
    inner join pg_attribute on pg_attribute.attrelid = pg_class.oid
    inner join pg_description
      on pg_description.objoid = pg_class.oid
      and pg_description.classoid = 'pg_class'::regclass
      and pg_description.objsubid = pg_attribute.attnum
    where pg_class.relnamespace = to_regnamespace($1)`,
    [schema],
  );
  return new Map(rows.map(([name, description]) => [name ?? "", description ?? ""]));
}
