import { Writable } from "node:stream";
import { writeDump } from "../../runner/backup/write-dump.ts";
import type { Database } from "../../runner/database/database.ts";

/** A dump of a database as text. */
export async function textOfDump(
  database: Database,
  options?: { withOwners?: boolean },
): Promise<string> {
  const chunks: Buffer[] = [];
  const target = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await database.session((session) => writeDump(session, target, options));
  return Buffer.concat(chunks).toString();
}

/** Without what differs in each dump: the word that ends statements, and so the hash. */
export function comparable(dump: string): string {
  const [, word = ""] = /end with (\S+)/.exec(dump) ?? [];
  return dump.replaceAll(word, "--").replace(/sha256 \w+/, "");
}
