-- Runs: What fails, and since when?
-- Actions and assertions that failed, or warned, the last time that they ran. Messages are not here, because they may hold values: `dataform history` has them.
-- as: Table
select
  schema_name || '.' || action_name as action_name,
  type,
  status,
  verdict,
  rule,
  failing_rows,
  first_failed_at,
  run_id
from run_history.failing_now as failing_now
order by status = 'failed' desc, first_failed_at, action_name
