import { type PackedCell, type Row, rowsOf } from "./row.ts";

type Data = readonly [PackedCell[], Record<string, string>][];

const waiting = new Map<string, (data: Data) => void>();

/** Lets data files give their rows: each calls `tableRows` with the id of its table. */
export function receiveDataFiles(): void {
  const tableRows = (id: string, data: Data) => waiting.get(id)?.(data);
  Object.assign(window, { tableRows });
}

/** Loads the data file of a table; undefined when it is not there. */
export function loadDataFile(id: string, file: string): Promise<Row[] | undefined> {
  return new Promise((resolve) => {
    const script = document.createElement("script");
    waiting.set(id, (data) => resolve(rowsOf(data)));
    script.addEventListener("error", () => resolve(undefined));
    script.src = file;
    document.head.append(script);
  });
}
