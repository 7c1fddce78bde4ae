import path from "node:path";
import { takePostgresBlocks } from "../dialect/postgres-block.js";
import { postgresDialect, putRules } from "../dialect/postgres-dialect.js";
import { locateErrors } from "../errors/locate-errors.js";
import { takeNotices } from "../errors/notices.js";
import { ownFolder } from "../errors/own-folder.js";
import { adaptTests, loadUnitTests } from "../tests/adapt-tests.js";
import { splitTests } from "../tests/unit-tests.js";
import { encodeRequest } from "./encode-request.js";
import { messageType } from "./load-core.js";
import { hideOwnFrames } from "./own-frames.js";
import { asSettingsError, readSettings } from "./read-settings.js";
import { noticeUnreadFiles } from "./unread-files.js";

/**
 * @typedef {object} CompilerRequest
 * @property {string} projectDir a real path
 * @property {string[]} filePaths relative to it
 * @property {Record<string, unknown>} overrides fields of core's ProjectConfig
 * @property {boolean} [unitTests] whether the tests are given in parts too
 *
 * @typedef {{ message: string } & import("./read-settings.js").SettingsPlace} SettingsFailure
 *
 * @typedef {{ graph: import("../../compiled-graph.ts").CompiledGraph, notices?: string[] }
 *   | { settingsFailure: SettingsFailure }} CompilerResult
 *
 * The result, and whether it is the same each time: the project's code asked neither for the time nor for chance.
 * @typedef {CompilerResult & { isSteady?: boolean }} CompilerAnswer
 *
 * @typedef {import("./load-core.js").Core} Core
 * @typedef {import("./project-modules.js").ProjectModules} ProjectModules
 */

/**
 * Takes core, the project's modules and the request; returns the compiled graph in its JSON form,
 * or the problem with the project's settings.
 * @param {Core} core
 * @param {ProjectModules} modules
 * @param {CompilerRequest} request
 * @returns {CompilerResult}
 */
export function compileWithCore(core, modules, request) {
  Error.stackTraceLimit = 50;
  hideOwnFrames(ownFolder, request.projectDir);
  try {
    const settings = readSettings(core, request.projectDir);
    prepareGlobals(modules, request, settings);
    const graph = runCore(core, modules, request, settings);
    locateErrors(graph.graphErrors?.compilationErrors ?? [], request.projectDir, modules.translate);
    noticeUnreadFiles(request.filePaths, modules.isLoaded);
    return { graph, notices: takeNotices() };
  } catch (error) {
    return answerTo(
      error instanceof Error ? error : new Error(String(error)),
      core,
      modules,
      request,
    );
  }
}

/**
 * @param {ProjectModules} modules
 * @param {CompilerRequest} request
 * @param {import("./read-settings.js").Settings} settings
 */
function prepareGlobals(modules, request, settings) {
  const fileKey = "__dataform_current_file";
  Object.defineProperty(globalThis, fileKey, {
    configurable: true,
    get: () => modules.currentFile() ?? path.join(request.projectDir, settings.fileName),
  });
  Object.assign(globalThis, settings.globals);
  // Core assigns every file of includes/ to a global of its name; some of Node's are read-only.
  for (const file of request.filePaths) {
    const [, name = ""] = /^includes\/([^/]+)\.js$/.exec(file) ?? [];
    if (name in globalThis) {
      const replaceable = { value: undefined, writable: true, configurable: true };
      Object.defineProperty(globalThis, name, replaceable);
    }
  }
}

/**
 * @param {Core} core
 * @param {ProjectModules} modules
 * @param {CompilerRequest} request
 * @param {import("./read-settings.js").Settings} settings
 * @returns {import("../../compiled-graph.ts").CompiledGraph}
 */
function runCore(core, modules, request, settings) {
  const { session } = core;
  const currentFile = () => path.relative(request.projectDir, modules.currentFile() ?? "");
  const complete = adaptToPostgres(session, currentFile);
  /** @type {unknown} */
  let graph;
  const compile = session.compile.bind(session);
  session.compile = () => {
    if (request.unitTests) loadUnitTests(session, modules, request.filePaths);
    adaptTests(session);
    const compiled = compile();
    graph = compiled.toJSON();
    complete(graph);
    if (settings.postgres !== undefined)
      Object.assign(graph ?? {}, { postgres: settings.postgres });
    if (request.unitTests) Object.assign(graph ?? {}, { unitTests: splitTests(session) });
    // What main() encodes is not used; an empty graph costs it nothing.
    return messageType(compiled).create({});
  };
  const configType = messageType(session.projectConfig);
  core.main(
    encodeRequest({
      projectDir: request.projectDir,
      filePaths: request.filePaths,
      projectConfigOverride: configType.encode(configType.create(request.overrides)).finish(),
      ...(settings.extension === undefined ? {} : { extension: settings.extension }),
    }),
  );
  return /** @type {import("../../compiled-graph.ts").CompiledGraph} */ (graph);
}

/**
 * Everything that the session does otherwise than core's own; aliases in unit tests would have their
 * place here. Returns a function that puts into the graph what core has no field for: the settings of
 * PostgreSQL in config blocks and the rules of built-in assertions.
 * @param {import("./load-core.js").Session} session
 * @param {() => string} currentFile
 */
function adaptToPostgres(session, currentFile) {
  const rules = new Map();
  session.compilationSql = () => postgresDialect(session.projectConfig.defaultSchema, rules);
  const putPostgresBlocks = takePostgresBlocks(session, currentFile);
  return (/** @type {unknown} */ graph) => {
    putPostgresBlocks(graph);
    putRules(graph, rules);
  };
}

/**
 * Core reports most errors in the graph; errors that it throws are reported in the same form.
 * @param {Error & { place?: import("./read-settings.js").SettingsPlace }} error
 * @param {Core} core
 * @param {ProjectModules} modules
 * @param {CompilerRequest} request
 * @returns {CompilerResult}
 */
function answerTo(error, core, modules, { projectDir }) {
  // Core makes its session global once it has accepted the settings.
  const isOfCore = "dataform" in globalThis && !error.message.startsWith("Custom variables");
  if (error.place !== undefined || !isOfCore) {
    const { message, place } = error.place ? error : asSettingsError(error.message, projectDir);
    return { settingsFailure: { message, .../** @type {NonNullable<typeof place>} */ (place) } };
  }
  const file = modules.currentFile();
  const compilationError = {
    message: error.message,
    stack: error.stack ?? "",
    ...(file === undefined ? {} : { fileName: path.relative(projectDir, file) }),
  };
  locateErrors([compilationError], projectDir, modules.translate);
  const projectConfig = /** @type {import("../../compiled-graph.ts").ProjectConfig} */ (
    core.session.projectConfig.toJSON()
  );
  const graphErrors = { compilationErrors: [compilationError] };
  return { graph: { projectConfig, graphErrors, dataformCoreVersion: core.version } };
}
