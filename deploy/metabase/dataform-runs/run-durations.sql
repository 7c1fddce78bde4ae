-- Runs: How long do runs take?
-- Seconds of each run that ended, at the time at which it began.
-- as: Scatter
-- variable project: Text; all when it is left empty
-- variable from: Date: the first day
-- variable until: Date: the day after the last
select
  started_at as time,
  project as metric,
  duration_seconds::double precision as duration_seconds
from run_history.run_overview as run_overview
where duration_seconds is not null
  and (true [[and project = {{project}}]])
  and (true [[and started_at >= {{from}}::timestamptz]] [[and started_at < {{until}}::timestamptz]])
order by 1, 2
