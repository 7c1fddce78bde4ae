import { describe, expect, it } from "vitest";
import { bodyFormats, bodyOf, formatOfHost } from "../../../runner/notify/bodies.ts";
import { linesOf, type Message, messageOf } from "../../../runner/notify/message.ts";
import type { Notice } from "../../../runner/notify/open-problems.ts";
import { notifySettings } from "../../../runner/notify/receivers.ts";

const hostile = '<!channel> @here ``` [x](http://evil) \u001b[31m "\u202e';
const since = "2026-03-01T01:17:00.000Z";

const began = (sample: Record<string, unknown>[] = []): Notice => ({
  ...{ event: "began", since, key: "k", kind: "failure", title: `assertion ${hostile}` },
  ...{
    finding: "3 failing rows",
    fileName: "definitions/a.sqlx",
    sample,
    look: "npx dataform show a",
  },
});

const message = (notices: Notice[], samples: "columns" | "all" | "none" = "columns"): Message =>
  messageOf(
    notices,
    {
      ...{ project: "shop", database: "postgres://host/shop", runId: "r1", status: "failed" },
      ...{ startedAt: new Date(since), endedAt: new Date(since), link: "https://ci/1" },
    },
    samples,
  );

describe("a message", () => {
  it("says in its subject what is new, what lasts and what is over", () => {
    const ended: Notice = { event: "ended", key: "b", kind: "failure", title: "table b", since };
    const { subject } = message([began(), { ...began(), event: "continues" } as Notice, ended]);
    expect(subject).toBe("shop: 1 failed, 1 still failing, 1 recovered");
  });

  it("has the rule, the count, a sample, the file and the next command", () => {
    const lines = linesOf(message([began([{ id: "7" }])]));
    expect(lines.slice(3)).toEqual([
      expect.stringContaining("NEW assertion"),
      "  3 failing rows",
      "  definitions/a.sqlx",
      '  {"id":"7"}',
      "  look closer: npx dataform show a",
      "",
      "https://ci/1",
    ]);
  });

  it("leaves payloads and secrets out of samples unless they are allowed", () => {
    const row = { id: "7", payload: "{}", api_token: "t", document: '{"a": 1}', note: null };
    const sampleOf = (setting: "columns" | "all" | "none") =>
      (message([began([row])], setting).notices[0] as { sample: unknown[] }).sample;
    expect(sampleOf("columns")).toEqual([{ id: "7", note: null }]);
    expect(sampleOf("all")).toEqual([row]);
    expect(sampleOf("none")).toEqual([]);
  });

  it("calls nobody and drives no terminal, whatever is in the names", () => {
    for (const format of bodyFormats.filter((each) => each !== "json")) {
      const body = JSON.parse(bodyOf(message([began()]), format));
      const texts = JSON.stringify(body);
      expect(texts).not.toMatch(/\\u001b|\u202e/);
      if (format === "teams") {
        const blocks = body.attachments[0].content.body as { type: string }[];
        expect(new Set(blocks.map(({ type }) => type))).toEqual(new Set(["RichTextBlock"]));
      } else {
        expect(body.text).toMatch(/^```\n[^`]*\n```$/);
        if (format === "slack") expect(body.text).toContain("&lt;!channel&gt;");
      }
    }
  });
});

describe("the receivers in the environment", () => {
  it("are none unless they are set", () => {
    expect(notifySettings({})).toEqual({ receivers: [], samples: "columns" });
  });

  it("have names without their secrets", () => {
    const { receivers } = notifySettings({
      DATAFORM_NOTIFY_URL:
        "https://hooks.slack.com/services/SECRET https://u:SECRET@b.example/x?t=SECRET",
      DATAFORM_NOTIFY_EMAIL: "ops@example.org",
      DATAFORM_NOTIFY_SMTP_URL: "smtps://u:SECRET@mail.example.org",
      DATAFORM_NOTIFY_COMMAND: "curl SECRET",
    });
    const names = receivers.map(({ name }) => name);
    expect(names).toHaveLength(4);
    expect(names.join(" ")).not.toContain("SECRET");
  });

  it.each([
    [{ DATAFORM_NOTIFY_URL: "ftp://SECRET" }, "no http or https URL"],
    [{ DATAFORM_NOTIFY_URL: "SECRET" }, "no http or https URL"],
    [{ DATAFORM_NOTIFY_FORMAT: "xml" }, '"xml"; it may be json, slack'],
    [{ DATAFORM_NOTIFY_SAMPLES: "yes" }, "it may be columns, all, none"],
    [{ DATAFORM_NOTIFY_EMAIL: "a@b" }, "DATAFORM_NOTIFY_SMTP_URL is needed"],
  ])("are refused when they mean nothing: %j", (env, message) => {
    expect(() => notifySettings(env)).toThrow(message);
    try {
      notifySettings(env);
    } catch (error) {
      expect(String(error)).not.toContain("SECRET");
    }
  });

  it("get the form that the host is known for", () => {
    const formats = [
      "https://hooks.slack.com/services/x",
      "https://acme.webhook.office.com/x",
      "https://prod-1.westeurope.logic.azure.com/workflows",
      "https://example.org/hooks.slack.com",
    ].map((url) => formatOfHost(new URL(url)));
    expect(formats).toEqual(["slack", "teams", "teams", "json"]);
  });
});
