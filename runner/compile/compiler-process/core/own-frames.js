import { pathToFileURL } from "node:url";

/** @typedef {NonNullable<typeof Error.prepareStackTrace>} PrepareStackTrace */

/**
 * Core finds the file that defines an action as the outermost stack frame inside the project
 * folder. When this program lies in that folder too (its own repository does), its frames must not
 * count: stack frames of files in `ownFolder` are left out wherever frames are asked for as objects.
 * @param {string} ownFolder
 * @param {string} projectDir
 */
export function hideOwnFrames(ownFolder, projectDir) {
  if (!ownFolder.startsWith(projectDir)) return;
  const own = [ownFolder, pathToFileURL(ownFolder).href];
  const hiding = new WeakSet();
  /** @type {PrepareStackTrace | undefined} */
  let current = Error.prepareStackTrace;
  Object.defineProperty(Error, "prepareStackTrace", {
    configurable: true,
    get: () => current,
    set: (/** @type {PrepareStackTrace | undefined} */ prepare) => {
      current = prepare === undefined || hiding.has(prepare) ? prepare : hide(prepare);
    },
  });

  /** @param {PrepareStackTrace} prepare */
  function hide(prepare) {
    /** @type {PrepareStackTrace} */
    const hidden = (error, frames) =>
      prepare(
        error,
        frames.filter((frame) => !own.some((folder) => frame.getFileName()?.startsWith(folder))),
      );
    hiding.add(hidden);
    return hidden;
  }
}
