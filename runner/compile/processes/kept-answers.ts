import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { isOursAlone, makeFolder, replaceOwnFile, userCacheFolder } from "../../own-files.ts";
import { childProgram, outerProgram, textOf } from "../child-program.ts";
import { type AskedProject, answerQuestion, type QuestionAnswer } from "./answer-question.ts";

/** What a compiler process is given. */
export interface Compilation extends AskedProject {
  /** The request, as a text. */
  argument: string;
  /** The bytes of the modules of the project, by their absolute paths. */
  files: Files;
}

type Files = ReadonlyMap<string, Buffer>;

/** What a compiler process said. */
export interface KeptAnswer {
  answer: Buffer;
  /** What the project's own code printed. */
  output: string;
  /** What it asked for besides the files that it was given: each question, and the hash of its answer. */
  questions: [unknown, string][];
}

interface Head extends Pick<KeptAnswer, "output" | "questions"> {
  /** Of the bytes of the answer. */
  hash: string;
}

const mostOfProject = 6;
const mostBytes = 64 * 2 ** 20;
const monthMillis = 30 * 86_400_000;

/**
 * Returns what the compiler process answered the last time that it was given the same bytes by the same version of this
 * program, when all that it asked for is the same too. `file` is that of `fileOfAnswer`. Undefined when that is not known.
 */
export function readKept(file: string | undefined, project: AskedProject): KeptAnswer | undefined {
  if (file === undefined) return undefined;
  try {
    // What others may write is not trusted.
    if (![file, path.dirname(file)].every((each) => isOursAlone(lstatSync(each)))) return undefined;
    const bytes = readFileSync(file);
    const end = bytes.indexOf(10);
    const { output, questions, hash } = JSON.parse(bytes.toString("utf8", 0, end)) as Head;
    const answer = bytes.subarray(end + 1);
    const isSame = ([question, known]: [unknown, string]) =>
      hashOfAnswer(answerQuestion(question, project)) === known;
    if (hashOf(answer) !== hash || !questions.every(isSame)) return undefined;
    const now = new Date();
    utimesSync(file, now, now);
    return { answer, output, questions };
  } catch {
    return undefined;
  }
}

/** Keeps an answer in the file of `fileOfAnswer`. When that cannot be done, nothing is kept. */
export function keepAnswer(
  file: string | undefined,
  { answer, output, questions }: KeptAnswer,
): void {
  if (file === undefined || answer.length > mostBytes) return;
  const head: Head = { output, questions, hash: hashOf(answer) };
  try {
    const folder = path.dirname(file);
    makeFolder(folder, 0o700);
    if (!isOursAlone(lstatSync(folder))) return;
    replaceOwnFile(file, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), answer]));
    removeOld(folder);
  } catch {}
}

/** Whether an answer for these files is kept, whatever the request. */
export function isAnyKept({ projectDir, files }: Omit<Compilation, "argument">): boolean {
  const folder = folderOf(projectDir);
  if (folder === undefined) return false;
  try {
    const start = hashOfFiles(files);
    return readdirSync(folder).some((name) => name.startsWith(start));
  } catch {
    return false;
  }
}

/** The file that holds the answer to the same bytes; undefined when nothing is kept. */
export function fileOfAnswer({ projectDir, argument, files }: Compilation): string | undefined {
  const folder = folderOf(projectDir);
  const request = hashOf(argument).slice(0, 16);
  return folder && path.join(folder, `${hashOfFiles(files)}-${request}`);
}

/** `DATAFORM_COMPILE_CACHE` names another folder, or is `off`. */
function folderOf(projectDir: string): string | undefined {
  const { DATAFORM_COMPILE_CACHE: wanted } = process.env;
  if (wanted === "off") return undefined;
  const usual = userCacheFolder();
  const folder = wanted || (usual && path.join(usual, "compiled"));
  return folder ? path.join(path.resolve(folder), hashOf(projectDir).slice(0, 16)) : undefined;
}

/** Of the project's modules, and of all that compiles them. */
function hashOfFiles(files: Files): string {
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  return hashWith(hashOfProgram(), new Map(sorted)).slice(0, 32);
}

let ofProgram: string | undefined;

function hashOfProgram(): string {
  if (ofProgram !== undefined) return ofProgram;
  const { files } = childProgram("compiler-process.js");
  const core = createRequire(import.meta.url).resolve("@dataform/core");
  const { platform, arch, versions } = process;
  const machine = JSON.stringify([platform, arch, versions, localTime()]);
  ofProgram = hashWith(machine + outerProgram(), new Map([...files, ["core", textOf(core)]]));
  return ofProgram;
}

/**
 * The time zone of the machine, in which the code of a project reads and writes times; `TZ` does not reach it. Node takes 14
 * ms to say it, so it is asked only where no link does.
 */
function localTime(): string {
  try {
    return readlinkSync("/etc/localtime");
  } catch {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
}

/** Of an answer to the compiler process. */
export function hashOfAnswer({ files = new Map(), ...answer }: QuestionAnswer): string {
  return hashWith(JSON.stringify(answer), files);
}

/** Of a text and of files in their order. */
function hashWith(text: string, files: Files): string {
  const hash = createHash("sha256").update(text);
  for (const [name, bytes] of files) hash.update(`\0${name}\0${bytes.length}\0`).update(bytes);
  return hash.digest("hex");
}

function hashOf(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Keeps the last answers of a project, and forgets projects that were not compiled for a month. */
function removeOld(folder: string): void {
  const newest = readdirSync(folder)
    .map((name) => path.join(folder, name))
    .sort((one, other) => lstatSync(other).mtimeMs - lstatSync(one).mtimeMs);
  for (const file of newest.slice(mostOfProject)) rmSync(file, { force: true });
  const all = path.dirname(folder);
  const old = Date.now() - monthMillis;
  for (const name of readdirSync(all)) {
    const project = path.join(all, name);
    if (/^[\da-f]{16}$/.test(name) && lstatSync(project).mtimeMs < old) {
      rmSync(project, { recursive: true, force: true });
    }
  }
}
