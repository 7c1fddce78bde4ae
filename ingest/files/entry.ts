/** One file of results: a file itself, or one out of an archive. */
export interface Entry {
  /** `drills.zip/2026/march.csv` for a file in an archive. */
  name: string;
  chunks: AsyncIterable<Buffer>;
}
