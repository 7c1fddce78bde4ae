-- Runs: How many rows break a rule?
-- Failing rows of each assertion that found some in the shown time, by check.
-- as: Line
-- variable from: Date: the first day
-- variable until: Date: the day after the last
select
  checked_at as time,
  schema_name || '.' || assertion_name as metric,
  failing_rows::double precision as failing_rows
from run_history.assertion_trend as assertion_trend
where failing_rows > 0 and (true [[and checked_at >= {{from}}::timestamptz]] [[and checked_at < {{until}}::timestamptz]])
order by 1, 2
limit 5000
