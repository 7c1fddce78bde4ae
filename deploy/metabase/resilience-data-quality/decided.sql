-- Data quality: Is every row decided, and was it compared?
-- Rows of bronze that no run has decided yet, and days since an audit compared all rows with what was made of them.
-- as: Number or table
with rows as (
  select * from resiliency.completeness as completeness
)
select undecided_rows, days_since_audit
from rows
