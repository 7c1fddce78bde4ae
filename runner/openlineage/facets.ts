/** Names this program to those who read its events. */
export const producer = "urn:dataform-postgres";

/** A facet of OpenLineage: its version and name, as in `1-2-0/SchemaDatasetFacet`, and its content. */
export function facet(versionAndName: string, content: Record<string, unknown>) {
  const name = versionAndName.split("/").at(-1);
  return {
    _producer: producer,
    _schemaURL: `https://openlineage.io/spec/facets/${versionAndName}.json#/$defs/${name}`,
    ...content,
  };
}
