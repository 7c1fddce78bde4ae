import { type ClientBase, Query, type QueryArrayResult } from "pg";

/**
 * Sends two statements by the extended protocol, which takes exactly one text of each, and waits
 * once for both; the second gets the values. Gives both results, or throws what the driver throws.
 */
export function sendBoth(
  client: ClientBase,
  first: string,
  second: string,
  values: readonly unknown[],
): Promise<QueryArrayResult[]> {
  return new Promise((resolve, reject) => {
    const config = { text: second, values: [...values], rowMode: "array", queryMode: "extended" };
    const query = new Query(config, (error: Error | null | undefined, results: unknown) => {
      if (error) reject(error);
      else resolve(results as QueryArrayResult[]);
    }) as unknown as Preparing;
    const prepare = query.prepare.bind(query);
    // No sync between the two: the server leaves the second out when the first fails.
    query.prepare = (connection) => {
      connection.parse({ text: first });
      connection.bind({ values: [] });
      connection.describe({ type: "P", name: "" });
      connection.execute({ portal: "" });
      prepare(connection);
    };
    client.query(query);
  });
}

/** What the driver's types leave out. */
interface Preparing {
  prepare(connection: Messages): void;
  submit(): void;
}

interface Messages {
  parse(message: { text: string }): void;
  bind(message: { values: unknown[] }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: { portal: string }): void;
}
