const quietMs = 1_000;
const pauseMs = 200;

/** Shows on a terminal how many rows of a file were read, once it takes longer than a second. */
export function showProgress(stream: NodeJS.WriteStream) {
  let name = "";
  let startedAt = 0;
  let shownAt = 0;
  const clear = () => {
    if (shownAt > 0) stream.write("\r\x1b[K");
    shownAt = 0;
  };
  return {
    onRows(file: string, rows: number) {
      const now = performance.now();
      if (file !== name) {
        clear();
        name = file;
        startedAt = now;
      }
      if (!stream.isTTY || now - startedAt < quietMs || now - shownAt < pauseMs) return;
      stream.write(`\r\x1b[K${file}: ${rows.toLocaleString("en")} rows`);
      shownAt = now;
    },
    clear,
  };
}
