import { existsSync } from "node:fs";
import path from "node:path";
import { notice } from "../errors/notices.js";
import { readText } from "./read-text.js";

/**
 * @typedef {object} Settings
 * @property {string} fileName of the two that it may be
 * @property {Record<string, unknown>} globals where core looks for settings before it reads files
 * @property {import("./encode-request.js").Extension} [extension]
 * @property {unknown} [postgres] settings of this program's own, which core would refuse
 *
 * @typedef {object} SettingsPlace
 * @property {string} fileName
 * @property {number} [line]
 * @property {string} [hint]
 */

const yamlFile = "workflow_settings.yaml";
const jsonFile = "dataform.json";

/**
 * Reads `workflow_settings.yaml` or `dataform.json` and returns what core needs of it. Throws an
 * error with its place when the file cannot be read as one.
 * @param {import("./load-core.js").Core} core
 * @param {string} projectDir
 * @returns {Settings}
 */
export function readSettings(core, projectDir) {
  const yaml = path.join(projectDir, yamlFile);
  const json = path.join(projectDir, jsonFile);
  if (existsSync(yaml) && existsSync(json)) {
    const hint = `Keep ${yamlFile}; Dataform reads ${jsonFile} only for projects that have nothing else.`;
    throw settingsError(`the folder has a ${yamlFile} as well`, { fileName: jsonFile, hint });
  }
  if (!existsSync(yaml)) {
    noticeOtherCore(packageVersion(projectDir), core.version, "package.json");
    const { postgres, ...dataformJson } = withoutOldKeys(
      readJson(readSettingsText(json, jsonFile)),
    );
    return { fileName: jsonFile, globals: { dataformJson }, postgres };
  }
  const text = readSettingsText(yaml, yamlFile);
  const { dataformCoreVersion, postgres, lineage, ...settings } = readYaml(core, text);
  checkCoreVersion(dataformCoreVersion, core.version, text);
  noticeOtherCore(dataformCoreVersion, core.version, yamlFile);
  noticeOtherCore(packageVersion(projectDir), core.version, "package.json");
  // Of newer versions of core, for BigQuery alone, as the flag --emit-lineage is.
  if (lineage !== undefined) {
    notice(
      "lineage",
      `${yamlFile}: lineage has no meaning on PostgreSQL and is ignored; OPENLINEAGE_URL says where events of a run are sent`,
    );
  }
  const { extension } = /** @type {Pick<Settings, "extension">} */ (settings);
  const globals = { workflowSettingsYaml: { asJson: settings } };
  return {
    fileName: yamlFile,
    globals,
    postgres,
    ...(extension === undefined ? {} : { extension }),
  };
}

// What Dataform 2 read from dataform.json, or wrote into it, and core 3 refuses.
const oldKeys = [
  "useRunCache",
  "useSingleQueryPerAction",
  "idempotentActionRetries",
  "concurrentQueryLimit",
  "gcloudProjectId",
];

/** @param {Record<string, unknown>} settings */
function withoutOldKeys(settings) {
  const found = oldKeys.filter((key) => key in settings);
  if (found.length === 0) return settings;
  const verb = found.length === 1 ? "is a setting" : "are settings";
  notice("old keys", `${jsonFile}: ${found.join(", ")} ${verb} of Dataform 2 and ignored`);
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !oldKeys.includes(key)));
}

/**
 * @param {string} file
 * @param {string} fileName
 */
function readSettingsText(file, fileName) {
  try {
    return readText(file);
  } catch (error) {
    const { message, stack = "" } = /** @type {Error} */ (error);
    const line = /:(\d+)\n/.exec(stack)?.[1];
    throw settingsError(message, {
      fileName,
      ...(line === undefined ? {} : { line: Number(line) }),
    });
  }
}

/**
 * Every project is compiled with the version of core that came with this program.
 * @param {unknown} wanted
 * @param {string} ours
 * @param {string} fileName
 */
function noticeOtherCore(wanted, ours, fileName) {
  if (wanted === undefined || includesVersion(String(wanted), ours)) return;
  notice(
    `core of ${fileName}`,
    `${fileName}: asks for @dataform/core ${wanted}; the project is compiled with ${ours}, which comes with this program`,
  );
}

/**
 * Whether a range of npm's holds a version, as far as the usual ranges go.
 * @param {string} range
 * @param {string} version
 */
function includesVersion(range, version) {
  if (range === "" || range === "*" || range === "latest") return true;
  const [, operator, major, minor, patch] =
    /^(\^|~|>=|=)?\s*v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?$/.exec(range.trim()) ?? [];
  if (major === undefined) return false;
  const wanted = [major, minor, patch].map((part) =>
    part === undefined ? Number.NaN : Number(part),
  );
  const given = version.split(".").map(Number);
  const isOpen = (/** @type {number} */ index) => Number.isNaN(wanted[index] ?? Number.NaN);
  const kept = { "^": 1, "~": 2, ">=": 0 }[operator ?? ""] ?? 3;
  for (const [index, part] of given.entries()) {
    if (isOpen(index)) return true;
    const difference = part - (wanted[index] ?? 0);
    if (difference !== 0) return index >= kept && difference > 0;
  }
  return true;
}

/**
 * What the project's package.json asks for.
 * @param {string} projectDir
 * @returns {unknown}
 */
function packageVersion(projectDir) {
  const file = path.join(projectDir, "package.json");
  if (!existsSync(file)) return undefined;
  try {
    const { dependencies, devDependencies } = JSON.parse(readText(file));
    return { ...devDependencies, ...dependencies }["@dataform/core"];
  } catch {
    // npm reports the problem when it needs the file.
    return undefined;
  }
}

/**
 * Makes the error of a settings file.
 * @param {string} message
 * @param {SettingsPlace} place
 */
function settingsError(message, place) {
  return Object.assign(new Error(message), { place });
}

/**
 * Takes what core said of the settings of a project and returns it as an error with its place.
 * @param {string} message
 * @param {string} projectDir
 */
export function asSettingsError(message, projectDir) {
  const fileName = existsSync(path.join(projectDir, yamlFile)) ? yamlFile : jsonFile;
  const key = /"([^"]+)"/.exec(message)?.[1];
  const text = readText(path.join(projectDir, fileName));
  if (message.startsWith("Custom variables")) return variableError(text, fileName);
  const line = key === undefined ? undefined : lineOfKey(text, key);
  return settingsError(message.replace(/^(Workflow settings|Dataform json) error: /, ""), {
    fileName,
    ...(line === undefined ? {} : { line }),
  });
}

/**
 * Core names neither the variable nor its value: the first line below `vars` whose value is written
 * without quotes as a number, true, false or null, a list or a map is shown.
 * @param {string} text
 * @param {string} fileName
 */
function variableError(text, fileName) {
  const lines = text.split("\n");
  const vars = (lineOfKey(text, "vars") ?? 1) - 1;
  const found = lines.findIndex(
    (line, index) =>
      index >= vars &&
      /:\s*(?:[-+]?[\d.]+(?:e[-+]?\d+)?|true|false|null|~|\[.*|\{.+)\s*,?\s*\}?\s*(?:#.*)?$/i.test(
        line,
      ),
  );
  return settingsError("the value of every variable in vars has to be a text", {
    fileName,
    line: (found === -1 ? vars : found) + 1,
    hint: 'Put it in quotes, as in "1" or "true".',
  });
}

/**
 * @param {import("./load-core.js").Core} core
 * @param {string} text
 * @returns {Record<string, unknown>}
 */
function readYaml(core, text) {
  /** @type {unknown} */
  let settings;
  try {
    const json = core.compiler(text, yamlFile).replace("exports.asJson = ", "");
    settings = json === "undefined" ? undefined : JSON.parse(json);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [firstLine = ""] = message.split("\n");
    const [, what = firstLine, line] = /YAMLException: (.*) \((\d+):\d+\)/.exec(firstLine) ?? [];
    throw settingsError(`not valid YAML: ${what}`, {
      fileName: yamlFile,
      ...(line === undefined ? {} : { line: Number(line) }),
    });
  }
  return requireObject(settings, yamlFile);
}

/** @param {string} text */
function readJson(text) {
  /** @type {unknown} */
  let settings;
  try {
    settings = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw settingsError(`not valid JSON: ${message.replace(/\s+/g, " ")}`, {
      fileName: jsonFile,
      line: lineOfJsonError(text),
    });
  }
  return requireObject(settings, jsonFile);
}

/**
 * @param {unknown} settings
 * @param {string} fileName
 */
function requireObject(settings, fileName) {
  if (typeof settings === "object" && settings !== null && !Array.isArray(settings)) {
    return /** @type {Record<string, unknown>} */ (settings);
  }
  throw settingsError("it holds no settings", { fileName, line: 1 });
}

/**
 * A project may ask for any 3.x; it gets the version of core that this package includes.
 * @param {unknown} wanted
 * @param {string} ours
 * @param {string} text
 */
function checkCoreVersion(wanted, ours, text) {
  if (wanted === undefined || /^3\.\d/.test(String(wanted))) return;
  const line = lineOfKey(text, "dataformCoreVersion");
  throw settingsError(`dataformCoreVersion is ${String(wanted)}, and only 3.x can be compiled`, {
    fileName: yamlFile,
    hint: `Set dataformCoreVersion to ${ours}, which is the version that will be used.`,
    ...(line === undefined ? {} : { line }),
  });
}

/**
 * Parses more and more lines: the first that fails for another reason than that the text ends too
 * early is the one. (V8 does not always say where.)
 * @param {string} text
 */
function lineOfJsonError(text) {
  const lines = text.split("\n");
  const index = lines.findIndex((_, last) => isWrong(lines.slice(0, last + 1).join("\n")));
  return index === -1 ? lines.length : index + 1;
}

/** @param {string} beginning */
function isWrong(beginning) {
  try {
    JSON.parse(beginning);
    return false;
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    const endsTooEarly = /end of JSON input/.test(String(error));
    return !endsTooEarly && Number(position ?? 0) < beginning.length;
  }
}

/**
 * @param {string} text
 * @param {string} key
 */
function lineOfKey(text, key) {
  const index = text.split("\n").findIndex((line) => line.trim().replace(/^"/, "").startsWith(key));
  return index === -1 ? undefined : index + 1;
}
