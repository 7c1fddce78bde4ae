import { clipToWidth, displayWidth } from "../../text/terminal-text.ts";

/** A terminal, or what stands for it in a test. */
export interface Terminal {
  write: (text: string) => unknown;
  /** Its size now; it changes when people change it. */
  readonly columns: number;
  readonly rows: number;
}

/** Lines at the bottom of a terminal that are drawn again and again, below everything else. */
export interface LiveBlock {
  /** Writes whole lines above the block. */
  write(text: string): void;
  /** From now on shows the lines that `render` gives for so many lines at most. */
  show(render: (most: number) => string[]): void;
  /** Removes the block until it is drawn next, because other text is written to the terminal. */
  hide(): void;
  /** Takes the block away for good. */
  end(): void;
}

const pauseMillis = 200;
// Longer lines are cut: they would be broken when the terminal is made narrower.
const widest = 100;

/**
 * Makes a block on a terminal; it takes `color` for a whole line. The cursor stays visible and always
 * stands below the block, so that whatever ends the program leaves the terminal in order. No mode of the
 * terminal is changed.
 */
export function createLiveBlock(
  terminal: Terminal,
  color: (line: string) => string = (line) => line,
): LiveBlock {
  let drawn: { lines: string[]; columns: number; rows: number } | undefined;
  let render: (most: number) => string[] = () => [];
  let timer: NodeJS.Timeout | undefined;
  // After Ctrl-Z and `fg` the block of before is somewhere above, with the lines of the shell below it.
  const forget = () => {
    drawn = undefined;
  };

  function draw(above = ""): void {
    const { columns, rows } = terminal;
    const width = Math.min(columns - 1, widest);
    // The cursor needs a line, too.
    const lines = render(rows - 1).map((line) => clipToWidth(line, width));
    const isSame = drawn?.columns === columns && drawn.rows === rows;
    if (above === "" && isSame && drawn?.lines.join("\n") === lines.join("\n")) return;
    terminal.write(erase() + above + lines.map((line) => `${color(line)}\n`).join(""));
    drawn = { lines, columns, rows };
  }

  /** A terminal that became narrower has broken the lines that no longer fit. */
  function erase(): string {
    if (drawn === undefined || drawn.lines.length === 0) return "";
    const rows = drawn.lines.map((line) => Math.ceil(displayWidth(line) / terminal.columns) || 1);
    drawn = undefined;
    return `\x1b[${rows.reduce((sum, each) => sum + each, 0)}A\r\x1b[J`;
  }

  function hide(): void {
    const text = erase();
    if (text !== "") terminal.write(text);
  }

  return {
    write: (text) => (timer === undefined ? void terminal.write(text) : draw(text)),
    show(lines) {
      render = lines;
      if (timer !== undefined) return;
      timer = setInterval(draw, pauseMillis);
      timer.unref();
      process.on("SIGCONT", forget);
      draw();
    },
    hide,
    end() {
      clearInterval(timer);
      timer = undefined;
      process.off("SIGCONT", forget);
      hide();
    },
  };
}
