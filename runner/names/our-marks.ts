/** The schema that holds the runner's own tables. */
export const ownSchema = "dataform_postgres";

/** The name of an index or constraint that a run makes; `what` describes it in readable words. */
export function ownName(hash: string, what: string): string {
  return `dfpg_${hash}_${what}`;
}

/** The comment that marks an object with a name of the user's choice as made by a run. */
export function markerOf({ hash }: { hash: string }): string {
  return `dataform-postgres ${hash}`;
}

/** The hash in the name or in the comment of an index or constraint; undefined for one of others. */
export function hashOfOurs(object: { name: string; comment: string | null }): string | undefined {
  return (
    /^dfpg_([0-9a-f]{12})(?:_|$)/.exec(object.name)?.[1] ??
    /^dataform-postgres ([0-9a-f]{12})\b/.exec(object.comment ?? "")?.[1]
  );
}

/** SQL that says whether a run has made an index or constraint, from SQL for its name and its oid. */
export function isOurs(name: string, oid: string, catalogue: string): string {
  return `(${name} like 'dfpg\\_%' or coalesce(obj_description(${oid}, '${catalogue}') like 'dataform-postgres %', false))`;
}
