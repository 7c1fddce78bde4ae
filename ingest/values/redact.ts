const longestMessage = 1_000;

// More is looked at than is kept: a secret of which the cut leaves the beginning is not recognised by it.
const longestRead = 10_000;

const secrets: [RegExp, string][] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, "$1 ***"],
  [
    /((?:api[-_]?key|access[-_]?key|[\w-]*token|[\w-]*secret|password|passwd|pwd|authorization|cookie)["']?\s*[:=]\s*["']?)[^\s"'&,;}]+/gi,
    "$1***",
  ],
  [/(\w+:\/\/[^\s/:@]*:)[^\s/@]+@/g, "$1***@"],
];

/**
 * A tool's message as it is kept: at most 1,000 characters, outer blanks gone, and what looks like a
 * password or token replaced by `***`. Null when nothing is left.
 */
export function redact(message: string | null | undefined): string | null {
  const trimmed = message?.trim().slice(0, longestRead) ?? "";
  if (trimmed === "") return null;
  const redacted = secrets.reduce((text, [pattern, how]) => text.replace(pattern, how), trimmed);
  return redacted.slice(0, longestMessage);
}
