/** A text in quotes, as the language of Graphviz writes it. */
export function dotText(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
