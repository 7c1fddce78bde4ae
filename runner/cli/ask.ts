import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Whether there is a person to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on stderr and returns the answer, or `fallback` for an empty one. */
export async function ask(question: string, fallback?: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const shown = fallback === undefined ? "" : ` [${fallback}]`;
    const answer = await lines.question(`${question}${shown}: `);
    return answer.trim() === "" ? (fallback ?? "") : answer.trim();
  } finally {
    lines.close();
  }
}

/** Asks for something that must not be seen on the screen. */
export async function askSecretly(question: string): Promise<string> {
  process.stderr.write(`${question}: `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question("");
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
