-- Runs: What took longer than usual?
-- Successful actions of the shown time that took half as much again as the median of their last 20 times, at least half a second more, and were successful three times before.
-- as: Table
-- variable from: Date: the first day
-- variable until: Date: the day after the last
select
  schema_name || '.' || action_name as action_name,
  started_at,
  duration_seconds,
  usual_seconds,
  lock_wait_seconds
from run_history.action_durations as action_durations
where (true [[and started_at >= {{from}}::timestamptz]] [[and started_at < {{until}}::timestamptz]])
  and compared_runs >= 3
  and duration_seconds >= usual_seconds * 1.5
  and duration_seconds >= usual_seconds + 0.5
order by started_at desc
limit 200
