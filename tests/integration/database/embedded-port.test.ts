import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import {
  embeddedStatus,
  startEmbeddedForGood,
  stopEmbedded,
} from "../../../runner/database/embedded/embedded-server.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";

function projectFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dataform-port-"));
  chmodSync(folder, 0o755);
  onTestFinished(async () => {
    await stopEmbedded(folder, { force: true });
    const data = join(folder, ".dataform/postgres");
    if (existsSync(data)) rmSync(realpathSync(data), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function listen(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({ port: (server.address() as { port: number }).port, server });
    });
  });
}

async function freePort(): Promise<number> {
  const { port, server } = await listen();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function userAt(port: number, password: string): Promise<unknown> {
  const client = new Client({
    ...{ host: "127.0.0.1", port, user: "postgres", database: "dataform", password },
  });
  try {
    await client.connect();
    return (await client.query("select current_user as who")).rows[0].who;
  } finally {
    await client.end();
  }
}

it("takes TCP connections on a port when asked, with a password, until it is stopped", async () => {
  const project = projectFolder();
  const port = await freePort();
  const { password = "", passwordFile = "", tcp } = await startEmbeddedForGood(project, { port });
  expect(tcp).toBe(`postgres://postgres@127.0.0.1:${port}/dataform`);
  expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
  expect(await userAt(port, password)).toBe("postgres");
  await expect(userAt(port, "another")).rejects.toThrow(/password authentication failed/);

  const again = await startEmbeddedForGood(project, { port });
  expect(again.password).toBeUndefined();
  const database = await openDatabase({ projectDir: project, env: {} });
  const other = await freePort();
  await expect(startEmbeddedForGood(project, { port: other })).rejects.toThrow(/others use it/);
  await database.close();

  const given = await startEmbeddedForGood(project, { port: other, password: "given-by-me" });
  expect(given.password).toBeUndefined();
  expect(await userAt(other, "given-by-me")).toBe("postgres");

  await stopEmbedded(project);
  expect((await startEmbeddedForGood(project)).tcp).toBeUndefined();
});

it("says that a port is taken, before anything is started", async () => {
  const project = projectFolder();
  const { port, server } = await listen();
  onTestFinished(() => void server.close());
  const failed = await startEmbeddedForGood(project, { port }).catch((error) => error);
  expect(failed.message).toContain(`port ${port} of 127.0.0.1: something else listens there`);
  expect(failed.hint).toContain("dataform db start --port");
  expect((await embeddedStatus(project)).state).toBe("stopped");
});
