-- Runs: How many actions failed, warned or were skipped?
-- Of each run, at the time at which it began.
-- as: Bar
-- variable project: Text; all when it is left empty
-- variable from: Date: the first day
-- variable until: Date: the day after the last
select started_at as time, failed, skipped, warnings
from run_history.run_overview as run_overview
where (true [[and project = {{project}}]]) and (true [[and started_at >= {{from}}::timestamptz]] [[and started_at < {{until}}::timestamptz]])
order by 1
