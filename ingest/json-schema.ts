import { type Column, outageColumns, testColumns } from "./formats/canonical-columns.ts";

const types: Record<Column["type"], object> = {
  text: { type: ["string", "null"] },
  time: { type: ["string", "number", "null"], format: "date-time" },
  number: { type: ["number", "string", "null"] },
  integer: { type: ["integer", "string", "null"] },
  boolean: { type: ["boolean", "string", "null"] },
  json: { type: ["object", "string", "null"] },
};

/** The JSON Schema of a line of canonical NDJSON, a test or an outage. */
export function canonicalSchema(): object {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A line of results for npm run ingest",
    oneOf: [
      { title: "test", ...schemaOf(testColumns, ["status", "start_time"]) },
      { title: "outage", ...schemaOf(outageColumns, ["outage_start", "outage_end"]) },
    ],
  };
}

function schemaOf(columns: Record<string, Column>, required: string[]): object {
  const properties = Object.entries(columns).map(([name, { type, description }]) => [
    name,
    { ...types[type], description },
  ]);
  return { type: "object", required, properties: Object.fromEntries(properties) };
}
