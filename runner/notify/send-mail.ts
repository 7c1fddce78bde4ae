import type { NodemailerError } from "nodemailer";
import { linesOf, type Message } from "./message.ts";
import { Refused } from "./refused.ts";

/** The addresses and the server of mail. */
export interface MailSettings {
  /** One address or several, with commas. */
  to: string;
  from: string;
  /** smtp: (STARTTLS) or smtps:, with user and password. */
  server: URL;
}

const patienceMillis = 10_000;

/**
 * Sends a message as plain text. The server's certificate is verified; without TLS nothing is sent but to
 * this machine. Rejects when the server does not take the mail.
 */
export async function sendMail(
  { to, from, server }: MailSettings,
  message: Message,
): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const secure = server.protocol === "smtps:";
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(server.hostname);
  const { username, password } = server;
  const transport = createTransport({
    host: server.hostname.replace(/^\[|\]$/g, ""),
    port: Number(server.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !isLocal,
    ignoreTLS: !secure && isLocal,
    ...(username && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    connectionTimeout: patienceMillis,
    greetingTimeout: patienceMillis,
    socketTimeout: patienceMillis,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const text = linesOf(message).join("\n");
    await transport.sendMail({ to, from, subject: message.subject, text });
  } catch (error) {
    throw isForGood(error) ? new Refused(error.message, false) : error;
  } finally {
    transport.close();
  }
}

/** Whether the server has refused the mail or the login for good, or is not one that can be trusted. */
function isForGood(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { responseCode, permanent } = error as NodemailerError;
  if (responseCode !== undefined) return permanent === true;
  // Each message of a certificate that is not trusted holds the word; some come without a code.
  return error.message.includes("certificate");
}
