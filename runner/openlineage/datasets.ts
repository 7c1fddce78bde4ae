import type { Catalogue } from "../lineage/catalogue.ts";
import type { ActionLineage, ColumnName, Use, Way } from "../lineage/lineage.ts";
import { type Target, targetKey } from "../target.ts";
import { facet } from "./facets.ts";

/** A relation in the words of OpenLineage. */
export interface Dataset {
  namespace: string;
  name: string;
  facets?: Record<string, unknown>;
  inputFacets?: Record<string, unknown>;
  outputFacets?: Record<string, unknown>;
}

/** The database that the datasets are in. */
export interface DatasetPlace {
  /** `postgres://host:port` */
  namespace: string;
  database: string;
  catalogue?: Catalogue | undefined;
}

/** A relation as a dataset, with its columns where they are known. */
export function datasetOf({ schema, name }: Target, place: DatasetPlace): Dataset {
  const columns = place.catalogue?.relations.get(targetKey({ schema, name }))?.columns;
  const fields = columns?.map((column) => ({ name: column.name, type: column.type }));
  return {
    ...nameOf({ schema, table: name, column: "" }, place),
    ...(fields && { facets: { schema: facet("1-2-0/SchemaDatasetFacet", { fields }) } }),
  };
}

/** The relations that an action reads, each once; its own is not among them. */
export function inputsOf(
  { target, read, readFrom }: ActionLineage,
  place: DatasetPlace,
): Dataset[] {
  const own = targetKey(target);
  const targets = new Map<string, Target>();
  const named = read.map(({ schema, table }) => ({ schema, name: table }));
  for (const each of [...named, ...readFrom]) {
    if (targetKey(each) !== own) targets.set(targetKey(each), each);
  }
  return [...targets.values()].map((each) => datasetOf(each, place));
}

/** The facet that says where the columns of an action's relation come from. */
export function columnLineageOf(
  { columns, used }: Pick<ActionLineage, "columns" | "used">,
  place: DatasetPlace,
): unknown {
  const fields = columns
    .filter(({ sources }) => sources.length > 0)
    .map(({ name, sources }) => {
      const inputFields = sources.map(({ way, ...column }) =>
        inputField(column, [byWay[way]], place),
      );
      return [name, { inputFields }] as const;
    });
  const dataset = used.map(({ uses, ...column }) =>
    inputField(
      column,
      uses.map((use) => byUse[use]),
      place,
    ),
  );
  return facet("1-2-0/ColumnLineageDatasetFacet", { fields: Object.fromEntries(fields), dataset });
}

const byWay: Record<Way, { type: string; subtype: string }> = {
  direct: { type: "DIRECT", subtype: "IDENTITY" },
  transformed: { type: "DIRECT", subtype: "TRANSFORMATION" },
  aggregated: { type: "DIRECT", subtype: "AGGREGATION" },
  window: { type: "INDIRECT", subtype: "WINDOW" },
  condition: { type: "INDIRECT", subtype: "CONDITIONAL" },
};

const byUse: Record<Use, { type: string; subtype: string }> = {
  join: { type: "INDIRECT", subtype: "JOIN" },
  filter: { type: "INDIRECT", subtype: "FILTER" },
  group: { type: "INDIRECT", subtype: "GROUP_BY" },
  sort: { type: "INDIRECT", subtype: "SORT" },
};

function inputField(
  column: ColumnName,
  transformations: { type: string; subtype: string }[],
  place: DatasetPlace,
) {
  return { ...nameOf(column, place), field: column.column, transformations };
}

function nameOf({ schema, table }: ColumnName, { namespace, database }: DatasetPlace) {
  return { namespace, name: `${database}.${schema}.${table}` };
}
