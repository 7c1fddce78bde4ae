import { createRequire } from "node:module";
import type { Terminal as Emulator } from "@xterm/headless";

// The package is not a module of Node.
const { Terminal } = createRequire(import.meta.url)("@xterm/headless") as {
  Terminal: typeof Emulator;
};

/** A terminal of which a test reads what people would see. */
export interface Screen {
  columns: number;
  rows: number;
  /** Takes output of a program; line feeds begin a new line, as a terminal's driver has it. */
  write(text: string): void;
  resize(columns: number, rows: number): Promise<void>;
  /** All lines, also those above the screen, without the blanks at their ends; empty last ones are left out. */
  lines(): Promise<string[]>;
  /** The lines that are on the screen now. */
  visible(): Promise<string[]>;
  /** Where the cursor stands on the screen, from 0, and whether it can be seen. */
  cursor(): Promise<{ row: number; column: number; isVisible: boolean }>;
}

/** Makes a screen. `isRaw`: the text comes from a pseudo-terminal, which has translated its line ends. */
export function createScreen(columns = 80, rows = 24, isRaw = false): Screen {
  const options = { cols: columns, rows, convertEol: !isRaw, allowProposedApi: true };
  const emulator = new Emulated({ ...options, scrollback: 10_000 });
  const settled = () => new Promise<void>((resolve) => emulator.write("", resolve));
  const read = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) =>
      (emulator.buffer.active.getLine(from + index)?.translateToString(true) ?? "").trimEnd(),
    );
  return {
    get columns() {
      return emulator.cols;
    },
    get rows() {
      return emulator.rows;
    },
    write: (text) => emulator.write(text),
    async resize(toColumns, toRows) {
      await settled();
      emulator.resize(toColumns, toRows);
    },
    async lines() {
      await settled();
      const lines = read(0, emulator.buffer.active.length);
      while (lines.at(-1) === "") lines.pop();
      return lines;
    },
    async visible() {
      await settled();
      const { baseY } = emulator.buffer.active;
      return read(baseY, baseY + emulator.rows);
    },
    async cursor() {
      await settled();
      const { cursorX: column, cursorY: row } = emulator.buffer.active;
      const core = (emulator as unknown as { _core: { coreService: { isCursorHidden: boolean } } })
        ._core;
      return { row, column, isVisible: !core.coreService.isCursorHidden };
    },
  };
}

class Emulated extends Terminal {}
