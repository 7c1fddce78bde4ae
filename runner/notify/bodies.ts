import { linesOf, type Message } from "./message.ts";

/** The format of the messages that a URL accepts. */
export type BodyFormat = "json" | "slack" | "teams" | "mattermost";

/** The formats that can be chosen. */
export const bodyFormats: readonly BodyFormat[] = ["json", "slack", "teams", "mattermost"];

/** Takes a message and returns the body of the request in the form of a receiver. */
export function bodyOf(message: Message, format: BodyFormat): string {
  switch (format) {
    case "json":
      return JSON.stringify(message);
    case "slack":
      return JSON.stringify({ text: codeBlock(message, escapeSlack) });
    case "mattermost":
      return JSON.stringify({ text: codeBlock(message, (text) => text) });
    case "teams":
      return JSON.stringify({ type: "message", attachments: [cardOf(message)] });
  }
}

/** Returns the form that the host of a URL is known for; `json` for any other. */
export function formatOfHost(url: URL): BodyFormat {
  if (url.hostname === "hooks.slack.com") return "slack";
  const isTeams = /(^|\.)(webhook\.office\.com|logic\.azure\.com|powerplatform\.com)$/;
  return isTeams.test(url.hostname) ? "teams" : "json";
}

// In a code block, names of people and channels notify nobody, and text does not become a link.
function codeBlock(message: Message, escapeText: (text: string) => string): string {
  const text = linesOf(message).join("\n").trimEnd().replaceAll("```", "'''");
  return `\`\`\`\n${escapeText(text)}\n\`\`\``;
}

function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** An adaptive card; its text runs, unlike its text blocks, read no Markdown. */
function cardOf(message: Message) {
  const run = (text: string, isFirst: boolean) => ({
    type: "RichTextBlock",
    spacing: isFirst ? "default" : "none",
    inlines: [{ type: "TextRun", text, weight: isFirst ? "bolder" : "default" }],
  });
  const lines = linesOf(message).filter((line) => line.trim() !== "");
  return {
    contentType: "application/vnd.microsoft.card.adaptive",
    content: {
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.4",
      body: lines.map((line, index) => run(line, index === 0)),
    },
  };
}
