import { existsSync } from "node:fs";
import { posix } from "node:path";

/** A folder of pages. */
interface PageFolder {
  path: (name: string) => string;
  read: (name: string) => string;
  /** Names of the pages. */
  pages: () => string[];
}

/** Links of the pages that lead to no file, or to no place in it: `page: link`. */
export function brokenLinks(report: PageFolder): string[] {
  const ids = new Map(report.pages().map((name) => [name, idsIn(report.read(name))]));
  return report.pages().flatMap((name) => {
    const links = [...report.read(name).matchAll(/\s(?:href|src)="([^"]*)"/g)];
    return links
      .map(([, link = ""]) => link.replaceAll("&#38;", "&").replaceAll("&#39;", "'"))
      .filter(
        (link) => !link.startsWith("https://") && !leadsSomewhere(report, link, { name, ids }),
      )
      .map((link) => `${name}: ${link}`);
  });
}

function idsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => id));
}

function leadsSomewhere(
  report: PageFolder,
  link: string,
  { name, ids }: { name: string; ids: ReadonlyMap<string, Set<string>> },
): boolean {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? "" : posix.join(posix.dirname(name), file);
  if (path !== "" && !existsSync(report.path(path))) return false;
  if (anchor === undefined) return true;
  const page = path === "" ? name : path;
  // `#key=value` chooses rows of the page's table
  if (anchor.includes("=")) return /class="([^"]* )?(tools|empty)"/.test(report.read(page));
  return ids.get(page)?.has(anchor) === true;
}
