import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { whenTestEnds } from "./when-test-ends.ts";

/** What an HTTP receiver got. */
export interface Received {
  headers: Record<string, unknown>;
  body: string;
}

/**
 * Starts an HTTP server that answers each request with the next of `statuses`, and the last of them from
 * then on; undefined: never. Ends with the running test.
 */
export async function httpReceiver(...statuses: (number | undefined)[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      const status = statuses[Math.min(received.length, statuses.length - 1)];
      received.push({ headers: request.headers, body });
      if (status !== undefined) response.writeHead(status, { location: "/elsewhere" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  whenTestEnds(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/hook/secret`), received };
}

/** Starts a mail server that takes mail of `user` with `pass word` and notes who logs in. Ends with the running test. */
export async function mailReceiver() {
  const mails: string[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username = "", password }, _, done) => {
      logins.push(username);
      if (username === "user" && password === "pass word") done(null, { user: username });
      else done(new Error("wrong password"));
    },
    onData: (stream, _, done) => {
      let text = "";
      stream.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      stream.on("end", () => {
        mails.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  whenTestEnds(() => new Promise<void>((resolve) => server.close(resolve)));
  const { port } = server.server.address() as AddressInfo;
  return {
    mails,
    logins,
    urlOf: (password: string) => `smtp://user:${password}@127.0.0.1:${port}`,
  };
}
