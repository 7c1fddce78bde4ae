import { Writable } from "node:stream";
import { writeDump } from "../../runner/backup/write-dump.ts";
import type { Database } from "../../runner/database/database.ts";

/** A dump of a database as text. */
export async function textOfDump(database: Database): Promise<string> {
  const chunks: Buffer[] = [];
  const target = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await database.session((session) => writeDump(session, target));
  return Buffer.concat(chunks).toString();
}
