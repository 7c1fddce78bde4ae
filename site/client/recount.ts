import type { Choice } from "../../runner/pages/client/choice.ts";

/** On a page that lists tests: shows the SQL by which the database counts what is chosen. */
export function showRecount(form: HTMLFormElement, choice: Choice): void {
  const target = document.getElementById("recount");
  if (target) target.textContent = recount(target.dataset, form, choice);
}

function recount({ base = "", test = "" }: DOMStringMap, form: HTMLFormElement, choice: Choice) {
  if (choice.test !== undefined && /^\d+$/.test(choice.test)) {
    return test.replaceAll("$test", choice.test);
  }
  const conditions = [
    isDay(choice.from) && `metric_date >= '${choice.from}'`,
    isDay(choice.to) && `metric_date <= '${choice.to}'`,
    ...[...form.querySelectorAll("select")].map(
      ({ selectedOptions: [option] }) => option?.dataset.sql,
    ),
  ];
  const chosen = conditions.filter(Boolean).map((condition) => `\n  and ${condition}`);
  return `${base}${chosen.join("")};`;
}

function isDay(text: string | undefined): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text ?? "");
}
