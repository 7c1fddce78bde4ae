import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { MergeTask } from "../../plan/publish-task.ts";
import type { Column } from "../../relation/relation.ts";
import type { Target } from "../../target.ts";
import type { NewRows } from "../stage/new-rows.ts";

/**
 * The statement that merges rows into a table; `nullable` are the key columns that hold NULLs among
 * them. Keys match by the `=` of their type, and a row is changed when it is not the same byte by
 * byte: 1.0 becomes 1.00, and a key of type citext gets its new spelling. The aliases are those that
 * Dataform gives, since `incrementalPredicates` may name them.
 */
export function mergeStatement(
  target: Target,
  { uniqueKey, existingRows = [] }: Pick<MergeTask, "uniqueKey" | "existingRows">,
  { stage, columns }: NewRows,
  nullable: ReadonlySet<string>,
): string {
  const renamed = sourceNames(columns, existingRows);
  const old = ({ name }: Column) => `dataform_dest.${quoteIdentifier(name)}`;
  const given = ({ name }: Column) => `dataform_source.${renamed.get(name)}`;
  const isKey = ({ name }: Column) => uniqueKey.includes(name);
  const matches = columns.filter(isKey).map((column) => {
    const [mine, theirs] = [old(column), given(column)];
    // `is not distinct from` cannot use an index or a hash: only where it is needed.
    const nulls = nullable.has(column.name)
      ? ` or (${mine} is not distinct from null and ${theirs} is not distinct from null)`
      : "";
    return `(${mine} ${column.equals} ${theirs}${nulls})`;
  });
  // An update that sets a key column fires the triggers `update of` that column.
  const changing = columns.filter(
    (column) => !column.isAlwaysIdentity && !(isKey(column) && column.equalIsSame),
  );
  const row = (of: (column: Column) => string) =>
    `row(${changing.map(of).join(", ")})::pg_catalog.record`;
  const sets = changing.map((column) => `${quoteIdentifier(column.name)} = ${given(column)}`);
  const update =
    changing.length === 0
      ? ""
      : `\nwhen matched and pg_catalog.record_image_ne(${row(old)}, ${row(given)}) then update set ${sets.join(", ")}`;
  const source = columns.map(({ name }) => `${quoteIdentifier(name)} as ${renamed.get(name)}`);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  return `merge into ${qualifiedName(target)} as dataform_dest
using (select ${source.join(", ")} from ${stage.name}) as dataform_source
on ${[...matches, ...existingRows.map((condition) => `(${condition}\n)`)].join(" and ")}${update}
when not matched then insert (${names.join(", ")}) overriding system value
values (${columns.map(given).join(", ")})`;
}

// A condition on the stored rows is written without an alias (`day > …`) and would be ambiguous.
function sourceNames(columns: readonly Column[], conditions: readonly string[]) {
  const keep = conditions.length === 0 || conditions.some((text) => /dataform_source/i.test(text));
  return new Map(
    columns.map(({ name }, index) => [
      name,
      quoteIdentifier(keep ? name : `dataform_source_${index}`),
    ]),
  );
}
