import { createHash } from "node:crypto";
import { RunnerError } from "../errors.ts";
import { type BodyFormat, bodyFormats, bodyOf, formatOfHost } from "./bodies.ts";
import type { Message, SampleSetting } from "./message.ts";
import { type MailSettings, sendMail } from "./send-mail.ts";
import { sendToCommand } from "./send-to-command.ts";
import { sendToUrl } from "./send-to-url.ts";

/** A receiver of the messages of runs. */
export interface Receiver {
  /** The receiver's name without secrets, for messages about it. */
  name: string;
  /** The same in later runs; a hash, since an address may be a secret. */
  id: string;
  /** Rejects when the message was not accepted. */
  send: (message: Message) => Promise<void>;
}

/** The receivers, and which columns of failing rows are in the messages. */
export interface NotifySettings {
  receivers: Receiver[];
  samples: SampleSetting;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads the receivers from the environment: `DATAFORM_NOTIFY_URL` (several with a space between),
 * `DATAFORM_NOTIFY_FORMAT`, `DATAFORM_NOTIFY_EMAIL` with `DATAFORM_NOTIFY_SMTP_URL` and
 * `DATAFORM_NOTIFY_FROM`, `DATAFORM_NOTIFY_COMMAND`, `DATAFORM_NOTIFY_SAMPLES`. Throws USAGE for a value
 * that means nothing; the message holds no secret.
 */
export function notifySettings(env: Environment): NotifySettings {
  const urls = settingOf(env, "URL")?.split(/\s+/) ?? [];
  const format = choiceOf(env, "FORMAT", bodyFormats);
  const command = settingOf(env, "COMMAND");
  const mail = mailSettings(env);
  return {
    receivers: [
      ...urls.map((url) => urlReceiver(url, format)),
      ...(mail
        ? [
            {
              ...{ name: `mail to ${mail.to}`, id: idOf(`${mail.to} ${mail.server.host}`) },
              send: (each: Message) => sendMail(mail, each),
            },
          ]
        : []),
      ...(command ? [commandReceiver(command)] : []),
    ],
    samples: choiceOf(env, "SAMPLES", ["columns", "all", "none"] as const) ?? "columns",
  };
}

function urlReceiver(text: string, format: BodyFormat | undefined): Receiver {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw usage("URL", "holds something that is no http or https URL");
  }
  const form = format ?? formatOfHost(url);
  return {
    ...{ name: url.origin, id: idOf(url.href) },
    send: (message) => sendToUrl(url, bodyOf(message, form)),
  };
}

function commandReceiver(command: string): Receiver {
  return {
    ...{ name: "the command of DATAFORM_NOTIFY_COMMAND", id: idOf(command) },
    send: (message) => sendToCommand(command, `${JSON.stringify(message)}\n`),
  };
}

function mailSettings(env: Environment): MailSettings | undefined {
  const to = settingOf(env, "EMAIL");
  if (to === undefined) return undefined;
  const smtp = settingOf(env, "SMTP_URL");
  const server = smtp !== undefined && URL.canParse(smtp) ? new URL(smtp) : undefined;
  if (server === undefined || !/^smtps?:$/.test(server.protocol)) {
    throw usage(
      "SMTP_URL",
      "is needed for e-mail: smtps://user:password@host:465, or smtp:// for STARTTLS",
    );
  }
  return { to, from: settingOf(env, "FROM") ?? `dataform@${server.hostname}`, server };
}

function idOf(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, 16);
}

function choiceOf<T extends string>(env: Environment, name: string, choices: readonly T[]) {
  const value = settingOf(env, name);
  const chosen = choices.find((choice) => choice === value);
  if (value === undefined || chosen !== undefined) return chosen;
  throw usage(name, `is ${JSON.stringify(value)}; it may be ${choices.join(", ")}`);
}

function settingOf(env: Environment, name: string): string | undefined {
  return env[`DATAFORM_NOTIFY_${name}`]?.trim() || undefined;
}

function usage(name: string, what: string): RunnerError {
  return new RunnerError("USAGE", `DATAFORM_NOTIFY_${name} ${what}`, {
    hint: "see docs/notifications.md",
  });
}
