-- Runs: What fails now?
-- Actions and assertions that failed, or warned, the last time that they ran.
-- as: Number or table
select
  count(*) filter (where status = 'failed') as failing,
  count(*) filter (where status <> 'failed') as warning
from run_history.failing_now as failing_now
