import { expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { certificateOf, tlsMailReceiver } from "../../support/tls-mail-receiver.ts";

// A run that cannot start reports that, and needs no database for it.
const nowhere = "postgres://me@127.0.0.1:1/shop";

// Mail to `localhost` is sent without TLS. In this spelling it counts as any other host, and the
// certificate is for it.
const name = "LOCALHOST";

/** Lets a run send mail; `trusts`: the certificate that it accepts beside those of Node. */
async function tellBy(server: string, trusts?: string) {
  const { folder } = temporaryProject({});
  const { exitCode, stderr } = await dataform(["run"], {
    cwd: folder,
    env: {
      DATABASE_URL: nowhere,
      DATAFORM_NOTIFY_EMAIL: "ops@example.org",
      DATAFORM_NOTIFY_SMTP_URL: server,
      NODE_EXTRA_CA_CERTS: trusts && certificateOf(trusts),
    },
  });
  expect(exitCode).toBe(4);
  return stderr;
}

it("sends mail and password over TLS, by STARTTLS and from the first byte", async () => {
  const starting = await tlsMailReceiver("server");
  const secure = await tlsMailReceiver("server", { secure: true });
  const told = await Promise.all([
    tellBy(`smtp://user:secret@${name}:${starting.port}`, "server"),
    tellBy(`smtps://user:secret@localhost:${secure.port}`, "server"),
  ]);
  for (const { passwords, mails } of [starting, secure]) {
    expect(passwords).toEqual([true]);
    expect(mails).toMatchObject([
      { secure: true, text: expect.stringContaining("could not start") },
    ]);
  }
  expect(told.join()).not.toContain("not delivered");
});

it("sends nothing to a server that it cannot trust, asks it once, and says why", async () => {
  const unknown = await tlsMailReceiver("server");
  const expired = await tlsMailReceiver("expired");
  const other = await tlsMailReceiver("server", { secure: true });
  const plain = await tlsMailReceiver("server", { disabledCommands: ["STARTTLS"] });
  const told = await Promise.all([
    tellBy(`smtp://user:secret@${name}:${unknown.port}`),
    tellBy(`smtp://user:secret@${name}:${expired.port}`, "expired"),
    // The certificate is of `localhost`.
    tellBy(`smtps://user:secret@127.0.0.1:${other.port}`, "server"),
    tellBy(`smtp://user:secret@${name}:${plain.port}`, "server"),
  ]);
  const why = told.map((text) => /mail to ops@example.org was not delivered: (.*)/.exec(text)?.[1]);
  expect(why).toEqual([
    expect.stringMatching(/self-signed certificate/),
    expect.stringMatching(/certificate has expired/),
    expect.stringMatching(/does not match certificate/),
    expect.stringMatching(/STARTTLS/),
  ]);
  for (const { passwords, mails, count } of [unknown, expired, other, plain]) {
    expect([passwords, mails, count()]).toEqual([[], [], 1]);
  }
  expect(told.join()).not.toContain("secret");
});
