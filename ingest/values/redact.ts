const longestMessage = 1_000;

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
  const trimmed = message?.trim().slice(0, longestMessage) ?? "";
  if (trimmed === "") return null;
  return secrets.reduce((text, [pattern, instead]) => text.replace(pattern, instead), trimmed);
}
