import { readdir, readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { InputFile } from "./list-files.ts";

/** Why a file of a folder is not read. */
export type LeftOut =
  /** Another file holds the same results; the text says which. */
  | { note: string }
  /** It belongs to results of a tool, and holds none itself. */
  | { isPart: true };

const ofJunit = /^TEST-.+\.xml$/;

/**
 * Gives what says of a file that was found in a folder whether it is to be left out, by its name and the files beside it:
 * results that are there twice would count twice, and what was attached to a test may look like a result.
 */
export function leavingOut(): (file: InputFile) => Promise<LeftOut | undefined> {
  const listed = new Map<string, Promise<string[]>>();
  const namesIn: NamesIn = (folder) => {
    const names = listed.get(folder) ?? readdir(folder).catch(() => []);
    listed.set(folder, names);
    return names;
  };
  return async ({ name, isFound, problem }) => {
    if (!isFound || problem) return undefined;
    const file = basename(name);
    if (ofAllure.test(file)) return await besideAllure(name, namesIn);
    if (file === "TESTS-TestSuites.xml") return await madeByAnt(name, namesIn);
    if (ofJunit.test(file)) return await madeByTestng(name, namesIn);
    return undefined;
  };
}

type NamesIn = (folder: string) => Promise<string[]>;

async function besideAllure(name: string, namesIn: NamesIn): Promise<LeftOut | undefined> {
  const names = await namesIn(dirname(name));
  return names.some((other) => other.endsWith("-result.json")) ? { isPart: true } : undefined;
}

async function madeByAnt(name: string, namesIn: NamesIn): Promise<LeftOut | undefined> {
  const others = (await namesIn(dirname(name))).filter((other) => ofJunit.test(other));
  const isAll = others.length > 0 && others.length === (await countSuites(name));
  return isAll ? { note: `its results are those of the TEST-*.xml beside it${more}` } : undefined;
}

/** Surefire writes the results of TestNG, which writes them itself, too. */
async function madeByTestng(name: string, namesIn: NamesIn): Promise<LeftOut | undefined> {
  const folder = dirname(name);
  if (basename(folder) !== "junitreports") return undefined;
  const above = await namesIn(dirname(folder));
  const isAll = above.includes("testng-results.xml") && above.some((each) => ofJunit.test(each));
  return isAll ? { note: `its results are those of the TEST-*.xml above it${more}` } : undefined;
}

const more = ", which are read; name it alone to read it";

/** What Allure writes beside the results of tests: what is attached to them, what was done around them, and settings. */
const ofAllure = /-attachment(\.\w+)?$|-container\.json$|^(categories|executor)\.json$/;

/** How many suites a report has that Ant made of others: one for each of them. */
async function countSuites(name: string): Promise<number> {
  const text = await readFile(name, "utf8").catch(() => "");
  return text.match(/<testsuite\s/g)?.length ?? 0;
}
