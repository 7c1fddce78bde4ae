import type { Client, ClientBase } from "pg";
import type { EndedTransaction, Statement } from "../database.ts";
import { toSqlFailure } from "../failures/sql-failure.ts";
import { inPipeline } from "./pipeline.ts";
import { untilAnswered } from "./send-query.ts";
import { sendTogether } from "./send-together.ts";

/**
 * Sends transactions in one write and waits once for all. What stands between two ends of a message of the extended
 * protocol is a transaction, which PostgreSQL commits at that end or rolls back alone.
 */
export async function sendTransactions(
  client: ClientBase,
  all: readonly (readonly Statement[])[],
): Promise<EndedTransaction[]> {
  const answers = await inPipeline(client, () =>
    Promise.all(
      all.map((statements) =>
        sendTogether(
          client,
          statements.map((statement) => ({ ...statement, isKept: true })),
        ),
      ),
    ),
  );
  await untilAnswered(client);
  return answers.map(({ results, error }, index) => {
    if (error === undefined) return { results };
    // the end of the transaction may have failed, after all of its statements
    const { text = "commit" } = all[index]?.[results.length] ?? {};
    return { results, failure: toSqlFailure(error, text, (client as Client).user) };
  });
}
