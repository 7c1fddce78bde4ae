import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { repository } from "./run-command.ts";
import { whenTestEnds } from "./when-test-ends.ts";

/** Path of a certificate in `tests/fixtures/tls`; it is its own authority. */
export function certificateOf(name: string): string {
  return join(repository, "tests/fixtures/tls", `${name}.crt`);
}

/**
 * Starts a mail server with a certificate of `tests/fixtures/tls` and notes how each password and each mail
 * came: over TLS or in the clear; `count` gives the connections that were made. Ends with the running test.
 */
export async function tlsMailReceiver(certificate: string, options: SMTPServerOptions = {}) {
  const [passwords, mails]: [boolean[], { secure: boolean; text: string }[]] = [[], []];
  const server = new SMTPServer({
    cert: readFileSync(certificateOf(certificate)),
    key: readFileSync(certificateOf(certificate).replace(/crt$/, "key")),
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username }, { secure }, done) => {
      passwords.push(secure);
      done(null, { user: username });
    },
    onData: (stream, { secure }, done) => {
      let text = "";
      stream.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      stream.on("end", () => {
        mails.push({ secure, text });
        done();
      });
    },
    ...options,
  });
  // A client that does not trust the certificate breaks the connection off.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  whenTestEnds(() => new Promise<void>((resolve) => server.close(resolve)));
  let connections = 0;
  server.server.on("connection", () => connections++);
  const { port } = server.server.address() as AddressInfo;
  return { port, passwords, mails, count: () => connections };
}
