-- Application: What must it keep?
-- The objectives that are valid today.
-- as: Table
-- variable application: Text; all when it is left empty
with rows as (
  select
      dim_applications.app_id,
      dim_applications.app_name,
      dim_applications.is_critical,
      dim_applications.owner_team,
      dim_applications.description,
      valid_objective.rto_minutes,
      valid_objective.rpo_minutes,
      valid_objective.slo_percent,
      valid_objective.valid_from
    from resiliency.dim_applications as dim_applications
    left join lateral (
    select dim_recovery_objectives.rto_minutes, dim_recovery_objectives.rpo_minutes, dim_recovery_objectives.slo_percent, dim_recovery_objectives.valid_from
    from resiliency.dim_recovery_objectives as dim_recovery_objectives
    where dim_recovery_objectives.app_id = dim_applications.app_id
      and (now() at time zone 'UTC')::date between dim_recovery_objectives.valid_from and coalesce(dim_recovery_objectives.valid_to, 'infinity')
    order by dim_recovery_objectives.valid_from desc
    limit 1
  ) as valid_objective
      on true
    order by dim_applications.app_id
)
select app_name, owner_team, is_critical, rto_minutes, rpo_minutes, slo_percent, valid_from
from rows
where (true [[and app_name = {{application}}]])
order by app_name
