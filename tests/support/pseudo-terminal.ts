import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataformProgram } from "./run-command.ts";
import { createScreen, type Screen } from "./screen.ts";
import { until } from "./watch-server.ts";
import { whenTestEnds } from "./when-test-ends.ts";

/** A program at a terminal of its own, and what people see there. */
export interface AtTerminal {
  screen: Screen;
  /** All that it wrote, escape sequences too. */
  output(): string;
  /** Types on the keyboard: `\x03` is Ctrl-C. */
  type(text: string): void;
  /** Waits until the program writes next. */
  resize(columns: number, rows: number): Promise<void>;
  /** Its process id. */
  processId(): Promise<number>;
  /** The exit code; 128 and more after a signal. */
  finished: Promise<number | null>;
}

/**
 * Starts `dataform …` at a real pseudo-terminal, which `script` of util-linux makes. The shell that starts
 * it says `back` when it has ended. Linux only.
 */
export function dataformAtTerminal(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
  [columns, rows] = [80, 24],
): AtTerminal {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-terminal-"));
  const program = join(folder, "program.sh");
  writeFileSync(
    program,
    programOf(folder, [process.execPath, dataformProgram(), ...args], columns, rows),
  );
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn("script", ["-qec", `bash ${program}`, "/dev/null"], {
    cwd,
    env: { PATH, HOME, TERM: "xterm-256color", LANG: "C.UTF-8", ...env },
  });
  const screen = createScreen(columns, rows, true);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
    screen.write(text);
  });
  const finished = new Promise<number | null>((resolve) => child.on("close", resolve));
  whenTestEnds(async () => {
    child.kill("SIGKILL");
    await finished;
    rmSync(folder, { recursive: true, force: true });
  });
  const noted = async (name: string) => {
    const path = join(folder, name);
    const [text = ""] = await until(() => (existsSync(path) ? lines(path) : []));
    return text;
  };
  return {
    screen,
    output: () => output,
    type: (text) => void child.stdin.write(text),
    processId: async () => Number(await noted("pid")),
    async resize(toColumns, toRows) {
      const stty = `stty -F ${await noted("tty")} cols ${toColumns} rows ${toRows}`;
      const resizing = spawn("bash", ["-c", `echo; read; exec ${stty}`]);
      await once(resizing.stdout, "data");
      // Right after the program has drawn: it must not do so between the two.
      const before = output.length;
      await until(() => (output.length > before ? [output] : []));
      await screen.resize(toColumns, toRows);
      resizing.stdin.end("\n");
      await once(resizing, "close");
    },
    finished,
  };
}

function lines(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").filter(Boolean);
}

/** A shell script that starts a command in the foreground of its terminal, and says when it is back. */
function programOf(folder: string, words: string[], columns: number, rows: number): string {
  const command = words.map((word) => `'${word}'`).join(" ");
  return `
    stty cols ${columns} rows ${rows}
    tty > '${folder}/tty'
    sh -c 'echo $$ > ${folder}/pid; exec "$@"' sh ${command}
    code=$?
    echo back
    exit $code`;
}
