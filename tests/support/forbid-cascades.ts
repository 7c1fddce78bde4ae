import { expect } from "vitest";
import type { Database } from "../../runner/database/database.ts";

/**
 * Makes the server refuse every drop in this database that would also drop an object that the
 * statement does not name. Parts of the dropped object may go with it: its partitions, indexes,
 * constraints, rules and types. Needs a superuser. Returns a check that fails when a drop was refused,
 * even if its error was caught.
 */
export async function forbidCascades(database: Database): Promise<() => Promise<void>> {
  // A sequence, because it forgets nothing in a rollback.
  await database.query(`
    create schema cascades;
    create sequence cascades.refused;
    create function cascades.refuse() returns event_trigger language plpgsql as $$
    declare reached text;
    begin
      with dropped as (select * from pg_event_trigger_dropped_objects())
      select string_agg(object_type || ' ' || object_identity, ', ') into reached
      from dropped as each
      where normal and not original and not exists (
        select from dropped as own
        where (own.original or not own.normal)
          and own.object_type in ('table', 'view', 'materialized view')
          and own.address_names[1:2] = each.address_names[1:2]
      );
      if reached is not null then
        perform nextval('cascades.refused');
        raise exception 'a drop cascades to %', reached;
      end if;
    end $$;
    create event trigger refuse_cascades on sql_drop execute function cascades.refuse()`);
  return async () => {
    const { rows } = await database.query("select is_called from cascades.refused");
    expect(rows, "no drop reached what it did not name").toEqual([["f"]]);
  };
}
