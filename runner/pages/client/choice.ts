import type { Row } from "./row.ts";

/** What somebody chose: by the address of the page, by the lists and by the search above a table. */
export interface Choice {
  /** The number of one test, which alone is shown. */
  test: string | undefined;
  from: string | undefined;
  to: string | undefined;
  facets: [name: string, value: string][];
  words: string[];
}

/**
 * The parts of the address of the page: `#from=2026-01-01&verdict=breached`; where all pages are one
 * file the name of the page stands before it: `#/runs.html#status=failed`.
 */
export function addressParts(): Map<string, string> {
  const place = location.hash.replace(/^#(\/[^#]*#?)?/, "");
  const parts = place.includes("=") ? place.split("&") : [];
  return new Map(
    parts.map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name, decoded(value)];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Sets the lists and the search to what the address says. */
export function takeAddress(form: HTMLFormElement, parts: ReadonlyMap<string, string>): void {
  if (parts.size === 0) return;
  for (const select of form.querySelectorAll("select")) {
    select.value = parts.get(select.name) ?? "";
  }
  const search = form.querySelector("input");
  if (search) search.value = parts.get("search") ?? "";
}

/** What is chosen now. */
export function choiceOf(form: HTMLFormElement, parts: ReadonlyMap<string, string>): Choice {
  const facets = [...form.querySelectorAll("select")].map(({ name, value }): [string, string] => [
    name,
    value,
  ]);
  const search = form.querySelector("input")?.value ?? "";
  return {
    test: parts.get("test"),
    from: parts.get("from"),
    to: parts.get("to"),
    facets: facets.filter(([, value]) => value !== ""),
    words: search.toLowerCase().split(/\s+/).filter(Boolean),
  };
}

/** Whether anything is chosen at all. */
export function isChoice({ test, from, to, facets, words }: Choice): boolean {
  return [test, from, to].some((part) => part !== undefined) || facets.length + words.length > 0;
}

/** Whether a row is among what is chosen. */
export function isChosen({ facets, text }: Row, choice: Choice): boolean {
  if (choice.test !== undefined) return facets.test === choice.test;
  const { date = "" } = facets;
  if (choice.from !== undefined && date < choice.from) return false;
  if (choice.to !== undefined && date > choice.to) return false;
  return (
    choice.facets.every(([name, value]) => facets[name] === value) &&
    choice.words.every((word) => text.includes(word))
  );
}
