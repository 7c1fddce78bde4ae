-- Data quality: Why can rows not be used?
-- Reasons by source, with the newest such row of bronze.
-- as: Table
-- variable source: Text; all when it is left empty
with rows as (
  select * from resiliency.quarantined_by_reason as quarantined_by_reason
  order by source_system, quarantined_rows desc, reason
)
select source_system, reason, quarantined_rows, last_ingested_at, example_raw_test_id
from rows
where (true [[and source_system = {{source}}]])
order by quarantined_rows desc, source_system, reason
