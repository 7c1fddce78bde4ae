-- Data quality: What became of the rows that came in?
-- Rows of the chosen sources ever received: each one counts as a test, repeats another one, is not conclusive, or cannot be used.
-- as: Number or table
-- variable source: Text; all when it is left empty
with rows as (
  select * from resiliency.data_quality as data_quality order by source_system
)
select
  sum(received_rows) as received_rows,
  sum(staged_rows) as staged_rows,
  sum(duplicate_rows) as duplicate_rows,
  sum(not_conclusive_rows) as not_conclusive_rows,
  sum(quarantined_rows) as quarantined_rows
from rows
where (true [[and source_system = {{source}}]])
