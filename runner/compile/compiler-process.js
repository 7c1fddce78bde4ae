// The module of the realm (docs/decisions/0016) that compiles a project. Each function takes a text:
// `load` the path of core's bundle, `prepare` the files of the project, if there is time before they
// are needed, and `compile` the request; it returns the answer. Texts are JSON.
import "./sandbox/realm/globals.js";
import { compileWithCore } from "./compiler-process/core/compile-with-core.js";
import { loadCore } from "./compiler-process/core/load-core.js";
import { projectModules } from "./compiler-process/core/project-modules.js";
import { about } from "./sandbox/realm/about.js";
import { listFiles } from "./sandbox/realm/fs.js";
import { isSteady } from "./sandbox/realm/steady.js";

const { projectDir } = about;
// The code of a project may replace these globals.
const { parse, stringify } = JSON;

/** @type {import("./compiler-process/core/load-core.js").Core} */
let core;
const modules = projectModules(projectDir, () => core);

/** @param {string} bundle */
export function load(bundle) {
  core = loadCore(bundle, (id) => modules.require(id));
}

/** @param {string} files */
export function prepare(files) {
  const names = parse(files);
  listFiles(projectDir, names);
  modules.prepare(names);
}

/** @param {string} text */
export function compile(text) {
  const request = parse(text);
  listFiles(projectDir, request.filePaths);
  const answer = compileWithCore(core, modules, { ...request, projectDir });
  const result = stringify({ ...answer, isSteady: isSteady() });
  // The code of a project may have changed what JSON is made of.
  if (!/^\{/.test(result)) throw new Error("the answer is no object");
  return result;
}
