import type { Session } from "./database.ts";

/**
 * A statement that has the nodes of a Citus cluster compute under the settings of the session until its transaction ends:
 * they have settings of their own, for example of another time zone, unless they are sent. Citus sends the text around a
 * `set`, so each stands alone. Without Citus it does nothing.
 */
export const sendSettingsToNodes = `do $dataform$
declare
  name text;
begin
  if pg_catalog.current_setting('citus.version', true) is null then
    return;
  end if;
  set local citus.propagate_set_commands = 'local';
  foreach name in array array['TimeZone', 'DateStyle', 'IntervalStyle', 'extra_float_digits'] loop
    execute pg_catalog.format('set local %s = %L', name, pg_catalog.current_setting(name));
  end loop;
end
$dataform$`;

/**
 * Does work of the runner in a transaction whose nodes have the settings of the author, under which a date is another point in
 * time: they compute under those of the runner meanwhile.
 */
export async function withOwnSettingsOnNodes<T>(
  session: Session,
  work: () => Promise<T>,
): Promise<T> {
  await session.query(sendSettingsToNodes);
  const result = await work();
  await session.authored(sendSettingsToNodes);
  return result;
}
