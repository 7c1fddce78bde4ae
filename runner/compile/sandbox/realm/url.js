// The part of `node:url` that turns paths into addresses and back.

const kept = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g;

/** @param {string} file an absolute path */
export function pathToFileURL(file) {
  const pathname = file.replace(kept, (character) => encodeURIComponent(character));
  return { href: `file://${pathname}`, pathname, toString: () => `file://${pathname}` };
}

/** @param {string | { href: string }} address */
export function fileURLToPath(address) {
  const href = typeof address === "string" ? address : address.href;
  return decodeURIComponent(href.replace(/^file:\/\//, ""));
}

export default { pathToFileURL, fileURLToPath };
