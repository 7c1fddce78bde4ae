-- Runs: How did the newest run end?
-- The newest run of the chosen projects, whatever the shown time, and how many of its actions failed.
-- as: Table
-- variable project: Text; all when it is left empty
select project, status, started_at, duration_seconds, failed, skipped, warnings
from run_history.run_overview as run_overview
where (true [[and project = {{project}}]])
order by started_at desc
limit 1
