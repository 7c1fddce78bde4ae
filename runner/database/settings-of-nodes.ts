/**
 * A statement for the beginning of a transaction that reads under the settings of an author: the nodes of
 * a Citus cluster compute with settings of their own, for example of another time zone, unless they are
 * sent. Citus sends the text around a `set`, so each stands alone. Without Citus it does nothing.
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
