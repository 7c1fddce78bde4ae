import { createHash } from "node:crypto";

/** Twelve hexadecimal digits that tell texts apart: the beginning of their SHA-256. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
