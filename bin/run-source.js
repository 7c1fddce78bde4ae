// Runs a program of the repository from its TypeScript source. What was built of the source is kept in
// node_modules/.cache, and used again as long as every file of it holds the same bytes (docs/decisions/0047).
import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// Another version of them may build something else of the same source.
const builders = [
  fileURLToPath(import.meta.url),
  createRequire(import.meta.url).resolve("esbuild/package.json"),
];
const unusedMillis = 7 * 86_400_000;

/**
 * Imports a module of TypeScript with the modules that it imports; those of packages are left to Node. Throws what
 * building or running it throws.
 * @param {string} entry its path in the root folder, such as `runner/cli/main.ts`
 * @param {string} root
 */
export async function importSource(entry, root) {
  const cache = path.join(root, "node_modules/.cache/dataform-postgres");
  const name = `${path.basename(entry, ".ts")}-${hashOf(root, entry)}`;
  const built = builtBefore(path.join(cache, `${name}.json`));
  if (built === undefined && !isWritable(cache)) return importThroughLoader(path.join(root, entry));
  const folder = built ?? (await build({ entry, root, cache, name }));
  return import(pathToFileURL(path.join(folder, "main.js")).href);
}

/** @param {string} list the file that names the sources of the last build, and its folder */
function builtBefore(list) {
  try {
    /** @type {{ files: string[], folder: string }} */
    const { files, folder } = JSON.parse(readFileSync(list, "utf8"));
    const key = keyOf(new Map(files.map((file) => [file, readFileSync(file)])));
    if (!folder.endsWith(key)) return undefined;
    accessSync(path.join(folder, "main.js"), constants.R_OK);
    markAsUsed(folder);
    return folder;
  } catch {
    return undefined;
  }
}

/** @param {string} folder */
function markAsUsed(folder) {
  try {
    const now = new Date();
    utimesSync(folder, now, now);
  } catch {
    // it belongs to another account, or is read-only
  }
}

/**
 * Makes the folder, and tells whether it can be written: a clone may belong to another account, or lie on a file
 * system that is read-only.
 * @param {string} folder
 */
function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} file */
async function importThroughLoader(file) {
  const { register } = await import("tsx/esm/api");
  register();
  return import(pathToFileURL(file).href);
}

/** @param {{ entry: string, root: string, cache: string, name: string }} what */
async function build({ entry, root, cache, name }) {
  const esbuild = await import("esbuild");
  const made = mkdtempSync(path.join(cache, "building-"));
  // Another account may start what this one has built.
  chmodSync(made, 0o755);
  /** @type {Map<string, Buffer>} */
  const sources = new Map();
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: { main: path.join(root, entry) },
    outdir: made,
    bundle: true,
    // a module is imported when it is needed, as in the source
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20.19",
    // for debuggers, and for `NODE_OPTIONS=--enable-source-maps`
    sourcemap: "linked",
    tsconfigRaw: {},
    plugins: [{ name: "sources", setup: (plugin) => readSources(plugin, sources) }],
  });
  const folder = path.join(cache, `${name}-${keyOf(sources)}`);
  // Two that build the same at the same time make the same.
  if (existsSync(folder)) rmSync(made, { recursive: true });
  else renameSync(made, folder);
  writeFileSync(`${made}.json`, JSON.stringify({ files: [...sources.keys()], folder }));
  renameSync(`${made}.json`, path.join(cache, `${name}.json`));
  removeUnused(cache);
  return folder;
}

/**
 * Every file is read once, so that its key is that of the very bytes that were built. A module keeps its place:
 * what it reads beside itself is beside its source.
 * @param {import("esbuild").PluginBuild} plugin
 * @param {Map<string, Buffer>} sources
 */
function readSources(plugin, sources) {
  plugin.onLoad({ filter: /.*/ }, ({ path: file }) => {
    const bytes = readFileSync(file);
    sources.set(file, bytes);
    const contents = bytes
      .toString("utf8")
      .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href))
      .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)));
    const loader = /** @type {import("esbuild").Loader} */ (path.extname(file).slice(1));
    return { contents, loader };
  });
}

/** @param {ReadonlyMap<string, Buffer>} sources */
function keyOf(sources) {
  const files = [...sources].sort(([one], [other]) => (one < other ? -1 : 1));
  return hashOf(...builders.map((file) => readFileSync(file)), ...files.flat());
}

/** @param {(string | Buffer)[]} parts */
function hashOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length} `).update(part);
  return hash.digest("hex").slice(0, 32);
}

/**
 * Builds that no program was started from for a week; one that runs as long has what it needs in memory.
 * @param {string} cache
 */
function removeUnused(cache) {
  for (const name of readdirSync(cache)) {
    const file = path.join(cache, name);
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > unusedMillis) rmSync(file, { recursive: true, force: true });
  }
}
