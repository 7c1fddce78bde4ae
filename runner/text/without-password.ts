/** Takes any text and returns it without the passwords of connection URLs and settings in it. */
export function withoutPassword(text: string): string {
  return text
    .replace(/(:\/\/[^:/@\s]*):.*@/g, "$1@")
    .replace(/(password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+)/gi, "$1***");
}
