import path from "node:path";
import { firstOf, notice } from "../errors/notices.js";

/**
 * Tells of files that look like a part of the project and that nothing has read.
 * @param {readonly string[]} filePaths relative to the project folder
 * @param {(file: string) => boolean} isLoaded
 */
export function noticeUnreadFiles(filePaths, isLoaded) {
  const nested = filePaths
    .filter((file) => /.\/(?:dataform\.json|workflow_settings\.yaml)$/.test(file))
    .map((file) => path.dirname(file) + path.sep);
  const own = filePaths.filter((file) => !nested.some((folder) => file.startsWith(folder)));
  for (const [key, { isMeant, says }] of Object.entries(unread)) {
    const found = own.filter((file) => isMeant(file) && !isLoaded(file));
    if (found.length > 0) notice(key, `${firstOf(found)}: ${says}`);
  }
}

/** @type {Record<string, { isMeant: (file: string) => boolean, says: string }>} */
const unread = {
  sql: {
    isMeant: (file) => /^definitions\/.*\.sql$/i.test(file),
    says: 'not read: Dataform 1 read .sql files, Dataform 3 reads .sqlx. Rename it to .sqlx and begin it with config { type: "table" }, which takes the place of type("table"), or name it in actions.yaml',
  },
  ending: {
    isMeant: (file) => /^definitions\/.*\.(?:sqlx|js)$/i.test(file) && !/\.(?:sqlx|js)$/.test(file),
    says: "not read: write the ending in small letters",
  },
  folder: {
    isMeant: (file) => /\.sqlx$/i.test(file) && !/^(?:definitions|unit_tests)\//.test(file),
    says: "not read: .sqlx files are read in definitions/",
  },
  actions: {
    isMeant: (file) => /^definitions\/(?:.*\/)?actions?\.ya?ml$/.test(file),
    says: "not read: the file has to be named actions.yaml",
  },
  hosted: {
    isMeant: (file) => file === "environments.json" || file === "schedules.json",
    says: "not read: it is a setting of the hosted Dataform; see the flags of `dataform run --help`",
  },
};
