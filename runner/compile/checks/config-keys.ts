import { nearestNames } from "../../text/nearest-names.ts";

/**
 * Takes core's message about an invalid key of a config block or of an entry in actions.yaml, or
 * about an unknown type, and returns the key that was probably meant. Undefined for other messages,
 * and when only the value of the key is wrong.
 */
export function nearestInConfig(message: string): string | undefined {
  if (message.includes("Did you mean")) return undefined;
  const type = /^Unrecognized action type: (.+)$/.exec(message)?.[1];
  if (type !== undefined) return nearestNames(type, types, 1)[0];
  const [, key, config = ""] =
    /^Unexpected property "([^"]+)".*#dataform-(?:ActionConfig-)?(\w+)/.exec(message) ?? [];
  const own = keysOf[config];
  if (key === undefined || own === undefined) return undefined;
  return own.includes(key) ? undefined : nearestNames(key, own, 1)[0];
}

/** Takes core's message about the value of a key; returns what the value has to be, in words. */
export function wantedValue(message: string): string | undefined {
  if (!message.startsWith('Unexpected property "uniqueKey", or property value type of "string"'))
    return undefined;
  return 'uniqueKey is a list of columns, ["id"], and uniqueKeys of assertions a list of such lists, [["id"], ["name", "day"]]';
}

/**
 * Takes core's message about something that another version of Dataform reads and this one does not;
 * returns it in words with what to do instead, or undefined for every other message.
 */
export function settingOfOtherVersion(message: string): string | undefined {
  const type = /^Unrecognized action type: (.+)$/.exec(message)?.[1];
  if (type === "inline") {
    return 'type: "inline" is of Dataform 2: make it a view, or a function in includes/ that returns the SQL';
  }
  if (/\.config is not a function$/.test(message)) {
    return `${message}: it is of Dataform 2; write the settings as the second argument, publish("name", { … })`;
  }
  const key = /^Unexpected property "([^"]+)"/.exec(message)?.[1];
  if (key === undefined || !newerKeys.has(key)) return undefined;
  return `"${key}" is a setting of a newer version of Dataform, which this version does not read: leave it out`;
}

// Of @dataform/core after 3.0.62, the version that comes with this program.
const newerKeys = new Set(["lineage"]);

const types = "table view incremental operations assertion declaration test".split(" ");

// configs.proto and the older names that core still reads.
const shared = (
  "type name dataset project schema database dependencyTargets dependencies filename tags disabled " +
  "description dependOnDependencyAssertions hermetic includeDependentAssertions"
).split(" ");

const relation = (
  "preOperations postOperations columns labels additionalOptions assertions uniqueKey uniqueKeys " +
  "nonNull rowConditions metadata overview extraProperties reservation bigquery"
).split(" ");

const storage =
  "partitionBy partitionExpirationDays requirePartitionFilter clusterBy iceberg".split(" ");

const increments =
  "protected updatePartitionFilter onSchemaChange incrementalStrategy incrementalPredicates".split(
    " ",
  );

const keysOf: Record<string, readonly string[]> = {
  TableConfig: [...shared, ...relation, ...storage],
  ViewConfig: [...shared, ...relation, "materialized", "partitionBy", "clusterBy"],
  IncrementalTableConfig: [...shared, ...relation, ...storage, ...increments],
  OperationConfig: [...shared, "hasOutput", "columns", "reservation"],
  AssertionConfig: [...shared, "metadata", "reservation"],
  DeclarationConfig: [...shared, "columns"],
  ActionConfigs: "table view incrementalTable assertion operation declaration".split(" "),
};
