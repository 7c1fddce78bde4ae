// The modules of Node that the code of a project may ask for.
import { about } from "./about.js";
import assert from "./assert.js";
import buffer from "./buffer.js";
import crypto from "./crypto.js";
import fs from "./fs.js";
import { process } from "./globals.js";
import { host } from "./host.js";
import path from "./path.js";
import url from "./url.js";
import util from "./util.js";

const os = { EOL: "\n", platform: () => about.platform, tmpdir: () => "/tmp", cpus: () => [{}] };
/** @type {Map<string, unknown>} */
const modules = new Map(
  Object.entries({
    ...{ assert, buffer, crypto, fs, os, path, process, url, util },
    ...{ "path/posix": path, "fs/promises": fs.promises, "assert/strict": assert },
  }),
);

/**
 * A module of Node by its name, or undefined when Node has none of that name. Throws when the code
 * of a project does not get it.
 * @param {string} id
 * @returns {unknown}
 */
export function builtin(id) {
  const found = modules.get(id.replace(/^node:/, ""));
  if (found !== undefined || !host("isBuiltin", id)) return found;
  throw new Error(
    `The project's code may read files of the project, but not others, write none and start nothing: it does not get Node's module "${id}" (it gets ${[...modules.keys()].slice(0, 9).join(", ")})`,
  );
}
