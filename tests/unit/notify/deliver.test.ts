import { describe, expect, it } from "vitest";
import { deliver, usualPausesMillis } from "../../../runner/notify/deliver.ts";
import type { Message } from "../../../runner/notify/message.ts";
import { notifySettings } from "../../../runner/notify/receivers.ts";
import { sendToUrl } from "../../../runner/notify/send-to-url.ts";
import { httpReceiver, mailReceiver } from "../../support/receivers.ts";

const message: Message = {
  version: 1,
  subject: "shop: 1 failed\nBcc: evil@example.org",
  run: { project: "shop", status: "failed", startedAt: "", endedAt: "" },
  notices: [],
};

const deliverTo = (env: Record<string, string>) =>
  deliver(
    message,
    notifySettings(env).receivers,
    usualPausesMillis.map(() => 1),
  );

describe("a URL", () => {
  it("gets a message again after an error that may pass", async () => {
    const { url, received } = await httpReceiver(503, 429, 200);
    expect(await deliverTo({ DATAFORM_NOTIFY_URL: url.href })).toEqual([]);
    expect(received).toHaveLength(3);
    expect(JSON.parse(received[2]?.body ?? "")).toEqual(message);
  });

  it.each([404, 302])(
    "gets it once when it answers with %i, and is named without its path",
    async (status) => {
      const { url, received } = await httpReceiver(status, 200);
      expect(await deliverTo({ DATAFORM_NOTIFY_URL: url.href })).toEqual([
        `the notification for ${url.origin} was not delivered: it answered with HTTP ${status}`,
      ]);
      expect(received).toHaveLength(1);
    },
  );

  it("is given up when it never answers, or is not there", async () => {
    const { url } = await httpReceiver(undefined);
    await expect(sendToUrl(url, "{}", 50)).rejects.toThrow("no answer within 0.05 s");
    const [line] = await deliverTo({ DATAFORM_NOTIFY_URL: "http://127.0.0.1:1/secret" });
    expect(line).toMatch(/^the notification for http:\/\/127\.0\.0\.1:1 was not delivered: \w+/);
    expect(line).not.toContain("secret");
  });

  it("gets the user and password that stand in it as a header", async () => {
    const { url, received } = await httpReceiver(200);
    [url.username, url.password] = ["me", "s3cret"];
    expect(await deliverTo({ DATAFORM_NOTIFY_URL: url.href })).toEqual([]);
    const given = Buffer.from("me:s3cret").toString("base64");
    expect(received[0]?.headers.authorization).toBe(`Basic ${given}`);
  });
});

describe("mail", () => {
  it("goes through a real server, and a name in it cannot add a receiver", async () => {
    const { mails, urlOf } = await mailReceiver();
    const env = { DATAFORM_NOTIFY_EMAIL: "ops@example.org, dev@example.org" };
    const lines = await deliverTo({ ...env, DATAFORM_NOTIFY_SMTP_URL: urlOf("pass%20word") });
    expect(lines).toEqual([]);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatch(/^To: ops@example\.org, dev@example\.org\r$/m);
    expect(mails[0]?.split("\r\n\r\n")[0]).not.toMatch(/^Bcc:/m);
  });

  it("with a wrong password is tried once, and names the receivers and not the password", async () => {
    const { mails, logins, urlOf } = await mailReceiver();
    const env = { DATAFORM_NOTIFY_EMAIL: "ops@example.org" };
    const [line] = await deliverTo({ ...env, DATAFORM_NOTIFY_SMTP_URL: urlOf("wrong") });
    expect(line).toContain("for mail to ops@example.org was not delivered: Invalid login");
    expect(line).not.toContain("wrong@");
    expect(logins).toEqual(["user"]);
    expect(mails).toEqual([]);
  });
});

describe("a command", () => {
  it("gets the message on its standard input", async () => {
    const command = "grep -q '\"subject\"'";
    expect(await deliverTo({ DATAFORM_NOTIFY_COMMAND: command })).toEqual([]);
  });

  it("that fails is told, whether it has read the message or not", async () => {
    expect(await deliverTo({ DATAFORM_NOTIFY_COMMAND: "exit 3" })).toEqual([
      "the notification for the command of DATAFORM_NOTIFY_COMMAND was not delivered: it exited with 3",
    ]);
  });
});
