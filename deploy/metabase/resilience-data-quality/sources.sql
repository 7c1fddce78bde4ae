-- Data quality: Sources
-- Rows of each source by what became of them.
-- as: Table
-- variable source: Text; all when it is left empty
with rows as (
  select * from resiliency.data_quality as data_quality order by source_system
)
select
  source_system,
  received_rows,
  staged_rows,
  duplicate_rows,
  not_conclusive_rows,
  quarantined_rows,
  trunc(quarantined_pct, 1) as quarantined_pct,
  unmapped_rows,
  late_rows,
  synthetic_rows,
  last_ingested_at
from rows
where (true [[and source_system = {{source}}]])
order by quarantined_rows desc, source_system
