import { type PackedCell, type Row, rowsOf } from "./row.ts";

type Data = readonly [PackedCell[], Record<string, string>][];

const waiting = new Map<string, (data: unknown) => void>();

/** Lets data files give their values: each calls a function with its name and its value. */
export function receiveDataFiles(): void {
  const give = (name: string, value: unknown) => waiting.get(name)?.(value);
  Object.assign(window, { tableRows: give, pageData: give });
}

const loaded = new Map<string, Promise<unknown>>();

/**
 * Loads a data file, which gives its value by that name; in pages of one file the value stands in an
 * element. Undefined when it is not there. A file is loaded once.
 */
export function loadData(name: string, file: string): Promise<unknown> {
  const known = loaded.get(file) ?? Promise.resolve(inlineData(file) ?? fromScript(name, file));
  loaded.set(file, known);
  return known;
}

function fromScript(name: string, file: string): Promise<unknown> {
  return new Promise((resolve) => {
    const script = document.createElement("script");
    waiting.set(name, resolve);
    script.addEventListener("error", () => resolve(undefined));
    script.src = file;
    document.head.append(script);
  });
}

function inlineData(file: string): unknown {
  const path = file.replace(/^\.\.\//, "");
  const elements = document.querySelectorAll<HTMLScriptElement>("script[data-file]");
  const found = [...elements].find(({ dataset }) => dataset.file === path);
  return found && JSON.parse(found.textContent ?? "null");
}

/** Loads the rows of a table; undefined when their file is not there. */
export async function loadDataFile(id: string, file: string): Promise<Row[] | undefined> {
  const data = await loadData(id, file);
  return data === undefined ? undefined : rowsOf(data as Data);
}
