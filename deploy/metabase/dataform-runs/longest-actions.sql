-- Runs: What takes longest?
-- Time of all successful runs of an action in the shown time.
-- as: Table
-- variable from: Date: the first day
-- variable until: Date: the day after the last
select
  schema_name || '.' || action_name as action_name,
  type,
  count(*) as runs,
  round(sum(duration_seconds), 2) as total_seconds,
  round(avg(duration_seconds), 2) as mean_seconds,
  round(sum(queue_seconds)::numeric, 2) as queue_seconds
from run_history.action_durations as action_durations
where (true [[and started_at >= {{from}}::timestamptz]] [[and started_at < {{until}}::timestamptz]])
group by 1, 2
order by total_seconds desc, action_name
limit 50
