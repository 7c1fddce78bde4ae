/** Takes the name of a settings file and returns the keys that it accepts. */
export function settingsKeys(fileName: string): string[] {
  return [...(fileName === "dataform.json" ? dataformJsonKeys : workflowSettingsKeys), "postgres"];
}

// ProjectConfig in core.proto.
const dataformJsonKeys = [
  "warehouse",
  "defaultDatabase",
  "defaultSchema",
  "defaultLocation",
  "assertionSchema",
  "vars",
  "databaseSuffix",
  "schemaSuffix",
  "tablePrefix",
  "builtinAssertionNamePrefix",
  "disableAssertions",
  "defaultReservation",
  "includeTestsInCompiledGraph",
  "defaultNotebookRuntimeOptions",
  "defaultIcebergConfig",
  "preserveGovernanceControls",
];

// WorkflowSettings in configs.proto.
const workflowSettingsKeys = [
  "dataformCoreVersion",
  "defaultProject",
  "defaultDataset",
  "defaultLocation",
  "defaultAssertionDataset",
  "vars",
  "projectSuffix",
  "datasetSuffix",
  "namePrefix",
  "builtinAssertionNamePrefix",
  "disableAssertions",
  "defaultReservation",
  "includeTestsInCompiledGraph",
  "defaultNotebookRuntimeOptions",
  "defaultIcebergConfig",
  "preserveGovernanceControls",
  "extension",
];
