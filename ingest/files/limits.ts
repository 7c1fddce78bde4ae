/** Limits of reading, so that no file can exhaust the machine; see docs/ingest.md. */
export const limits = {
  /** Bytes of a document that has to be read as a whole: JSON, XML, YAML, EDN. */
  documentBytes: 256 * 1024 * 1024,
  /** Bytes of one line of NDJSON, and of one record of CSV. */
  recordBytes: 1024 * 1024,
  /** Levels of objects, lists and elements in one another. */
  nesting: 200,
  /** Files in one archive. */
  archiveFiles: 100_000,
  /** How many times as large as it is an archive may become, once it is larger than `freeBytes`. */
  expansion: 250,
  freeBytes: 64 * 1024 * 1024,
  /** Characters of a raw payload that is kept; of a longer one, only the hash. */
  payloadCharacters: 1024 * 1024,
};
