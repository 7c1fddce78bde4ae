import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { openDatabase } from "../../runner/database/open-database.ts";

/**
 * A command that uses a project's embedded server: opens it, says the server's process id, then
 * answers every line of SQL with one line of JSON until its input ends.
 */
async function useEmbedded(projectDir: string): Promise<void> {
  const database = await openDatabase({ projectDir, env: {} });
  const lines = createInterface({ input: stdin });
  stdout.write("open\n");
  for await (const line of lines) {
    stdout.write(`${JSON.stringify((await database.query(line)).rows)}\n`);
  }
  await database.close();
}

useEmbedded(process.argv[2] ?? "").catch((error: Error & { code?: string; hint?: string }) => {
  stdout.write(
    `${JSON.stringify({ code: error.code, message: error.message, hint: error.hint })}\n`,
  );
  process.exitCode = 1;
});
