/**
 * SQL that gives a plain PostgreSQL database the names of Citus that a run asks for: it then sends what it
 * would send to a cluster, and its tables stay what they are. For a superuser, in a database of the test.
 */
export const citusNames = `
  set allow_system_table_mods = on;
  insert into pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  values (99999, 'citus', 10, 'pg_catalog'::regnamespace, false, '13.2-1');
  create table pg_catalog.pg_dist_partition (
    logicalrelid regclass, partmethod "char", partkey text, colocationid integer, repmodel "char");
  create table pg_catalog.pg_dist_colocation (colocationid integer, shardcount integer);
  insert into pg_catalog.pg_dist_colocation values (1, 8), (2, 1), (4, 4);
  grant select on pg_catalog.pg_dist_partition, pg_catalog.pg_dist_colocation to public;
  create function pg_catalog.column_to_column_name(regclass, text) returns text
    language sql as 'select $2';
  create function pg_catalog.citus_is_coordinator() returns boolean language sql as 'select true';
  create function pg_catalog.run_command_on_workers(
    text, out nodename text, out nodeport integer, out success boolean, out result text)
    returns setof record language sql
    as 'select ''worker'', 5432, true, current_setting(''server_version'') || '', Citus 13.2-1''';
  create function pg_catalog.create_distributed_table(
    made regclass, key text, colocate_with text default 'default', shard_count integer default null)
    returns void language sql
    as 'insert into pg_catalog.pg_dist_partition values (made, ''h'', key, coalesce(shard_count, 1), ''s'')';
  create function pg_catalog.create_reference_table(made regclass)
    returns void language sql
    as 'insert into pg_catalog.pg_dist_partition values (made, ''n'', null, 2, ''t'')';`;
