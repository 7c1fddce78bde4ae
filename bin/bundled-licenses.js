import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Takes the files that went into a build, relative to a root; returns name, version and licence of each package among
 * them, which whoever copies their code has to pass on.
 * @param {string} root
 * @param {string[]} files
 */
export function bundledLicenses(root, files) {
  const packages = new Set(files.flatMap((file) => packageOf.exec(file)?.[0] ?? []));
  const texts = new Set([...packages].map((folder) => licenceIn(path.join(root, folder))));
  return [...texts].sort().join(`\n${"-".repeat(80)}\n\n`);
}

const packageOf = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/;

/** @param {string} folder */
function licenceIn(folder) {
  /** @type {{ name: string, version: string, license?: string, author?: string }} */
  const { name, version, license, author } = JSON.parse(
    readFileSync(path.join(folder, "package.json"), "utf8"),
  );
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined && !(license && author)) throw new Error(`${name} names no licence`);
  const text = file ? readFileSync(path.join(folder, file), "utf8") : `by ${author}`;
  return `${name} ${version} (${license ?? "see below"})\n\n${text.trim()}\n`;
}
