/**
 * The query of the rows that differ bit by bit between `old_rows` (`o`) and a stage (`n`), both as SQL; `sameKey` is the
 * condition that two of them are the same row. It gives the places of both, and NULL where there is only one of them.
 */
export function differenceByKey(stage: string, names: readonly string[], sameKey: string): string {
  // Mostly there are few old rows: only rows that have one are compared.
  return `
    select o.dataform_part, o.dataform_old, n.ctid as dataform_new
    from old_rows as o
    left join ${stage} as n on ${sameKey}
    where n.ctid is null or pg_catalog.record_image_ne(${rowOf("o", names)}, ${rowOf("n", names)})
    union all
    select null, null, n.ctid from ${stage} as n
    where not exists (select 1 from old_rows as o where ${sameKey})`;
}

/** The same for rows without a key. Equal rows are numbered, so that each has at most one partner. */
export function differenceByRows(stage: string, names: readonly string[]): string {
  const numbered = (alias: string) => {
    const text = `${rowOf(alias, names)}::text collate "C"`;
    return `${text} as content, row_number() over (partition by ${text}) as number`;
  };
  return `
    select o.dataform_part, o.dataform_old, n.dataform_new
    from (select o.dataform_part, o.dataform_old, ${numbered("o")} from old_rows as o) as o
    full join (select n.ctid as dataform_new, ${numbered("n")} from ${stage} as n) as n using (content, number)
    where o.dataform_old is null or n.dataform_new is null`;
}

function rowOf(alias: string, names: readonly string[]): string {
  return `row(${names.map((name) => `${alias}.${name}`).join(", ")})::record`;
}
