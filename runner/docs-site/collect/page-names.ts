import { shortHash } from "../../names/short-hash.ts";
import { type Target, targetKey, targetName } from "../../target.ts";

const longest = 100;

/**
 * Returns what names the page of a relation: letters, digits, `_`, `-` and dots alone, so that it is a
 * file on any disk and a link as it stands. Other names, and those that differ by case alone, get
 * twelve digits of their own.
 */
export function pageNames(folder: string): (target: Target) => string {
  const taken = new Map<string, string>();
  return (target) => {
    const key = targetKey(target);
    const name = targetName(target);
    const plain = name.replace(/[^A-Za-z0-9_.-]+/g, "-").slice(0, longest);
    const isFree = (taken.get(plain.toLowerCase()) ?? key) === key;
    const isPlain = plain === name && !name.startsWith(".") && isFree;
    const unique = isPlain ? plain : `${plain.replace(/^\.+/, "")}-${shortHash(key)}`;
    taken.set(unique.toLowerCase(), key);
    return `${folder}/${unique}.html`;
  };
}
