/** Takes a text and returns at most its first `characters`, with a note of how many are left out. */
export function limitText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const left = (text.length - characters).toLocaleString("en-US");
  return `${text.slice(0, characters)}… (${left} more characters)`;
}

/** Takes a list and returns at most its first `count` entries, and how many are left out. */
export function limitList<T>(list: readonly T[], count: number): { shown: T[]; left: number } {
  return { shown: list.slice(0, count), left: Math.max(0, list.length - count) };
}

/** Takes a count and a noun; returns `1 row`, `2 rows`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
