#!/bin/sh
# Makes the role that dashboards read with, by dashboards-role.sql, and goes on giving it, each minute,
# what runs have made since. PGHOST, PGUSER and so on name the server and an owner of the warehouse.
set -eu
: "${DASHBOARDS_PASSWORD:?set DASHBOARDS_PASSWORD, for example in .env}"
here=$(dirname "$0")
ready=${READY_FILE:-/tmp/ready}
rm -f "$ready"

psql="psql --no-psqlrc --quiet --set ON_ERROR_STOP=1"
$psql --file "$here/dashboards-role.sql"
$psql <<'SQL'
\getenv password DASHBOARDS_PASSWORD
alter role resiliency_dashboards password :'password';
SQL
touch "$ready"
echo "resiliency_dashboards can read what dashboards show"

export PGOPTIONS="-c client_min_messages=warning"
while sleep "${EVERY_SECONDS:-60}"; do
  $psql --file "$here/dashboards-role.sql"
done
