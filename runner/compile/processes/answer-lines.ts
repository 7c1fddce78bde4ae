import type { Readable } from "node:stream";

/** What a child process wrote, line by line. */
export interface LineOptions {
  /** Of one line. */
  maxBytes: number;
  onLine: (line: Buffer) => void;
  /** Called when a line is longer. */
  onMore: () => void;
}

/** Reads the lines of a stream, however long they are, until it ends. */
export function readLines(stream: Readable, { maxBytes, onLine, onMore }: LineOptions): void {
  let chunks: Buffer[] = [];
  let size = 0;
  const add = (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) onMore();
    else chunks.push(chunk);
  };
  stream.on("data", (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      add(rest.subarray(0, end));
      const line = Buffer.concat(chunks);
      [chunks, size] = [[], 0];
      onLine(line);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) add(rest);
  });
}
