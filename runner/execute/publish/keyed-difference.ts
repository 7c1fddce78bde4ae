/**
 * The query of `old_rows` (`o`) with the rows of a stage (`n`) that they become; `sameKey` is the condition, as SQL, that two
 * of them are the same row. It gives the places of both, NULL for that of a row that is gone, and whether they differ bit by bit.
 * Of stored rows with one key, as from before it was declared, one becomes the new row and the others are gone.
 */
export function differenceByKey(stage: string, names: readonly string[], sameKey: string): string {
  return `
    select dataform_part, dataform_old, case when number = 1 then dataform_new end as dataform_new, dataform_differs
    from (
      select *, row_number() over (partition by dataform_new order by dataform_differs) as number
      from (
        select o.dataform_part, o.dataform_old, n.ctid as dataform_new,
          pg_catalog.record_image_ne(${rowOf("o", names)}, ${rowOf("n", names)}) as dataform_differs
        from old_rows as o left join ${stage} as n on ${sameKey}
      ) as found
    ) as numbered`;
}

/** The same for rows without a key, of which none differs. Equal rows are numbered, so that each has at most one partner. */
export function differenceByRows(stage: string, names: readonly string[]): string {
  const numbered = (alias: string) => {
    const text = `${rowOf(alias, names)}::text collate "C"`;
    return `${text} as content, row_number() over (partition by ${text}) as number`;
  };
  return `
    select o.dataform_part, o.dataform_old, n.dataform_new, false as dataform_differs
    from (select o.dataform_part, o.dataform_old, ${numbered("o")} from old_rows as o) as o
    left join (select n.ctid as dataform_new, ${numbered("n")} from ${stage} as n) as n using (content, number)`;
}

function rowOf(alias: string, names: readonly string[]): string {
  return `row(${names.map((name) => `${alias}.${name}`).join(", ")})::record`;
}
