-- Runs: Runs
-- Runs of the shown time, the newest first.
-- as: Table
-- variable project: Text; all when it is left empty
-- variable from: Date: the first day
-- variable until: Date: the day after the last
select
  started_at,
  project,
  status,
  duration_seconds,
  successful,
  failed,
  skipped,
  warnings,
  left(git_commit, 12) as git_commit,
  git_branch,
  run_id
from run_history.run_overview as run_overview
where (true [[and project = {{project}}]]) and (true [[and started_at >= {{from}}::timestamptz]] [[and started_at < {{until}}::timestamptz]])
order by started_at desc
limit 500
