import type { Mapped, SetAside } from "../mapped.ts";
import type { Case, Suite } from "./junit-suite.ts";

/** Counts a case for its suite. A case that failed before it passed counts as failing, too, as in the numbers of some tools. */
export function countCase({ results }: Case, mapped: Mapped, suite: Suite | undefined): void {
  if (suite === undefined) return;
  const isFailing =
    mapped.kind !== "test" ||
    mapped.status === "failed" ||
    mapped.status === "error" ||
    (results.length > 0 && results.some(({ element }) => /(failure|error)$/i.test(element)));
  suite.held.cases += 1;
  if (isFailing) suite.held.failing += 1;
}

/** Adds what a suite held to what the suite around it holds. */
export function addCounts({ held }: Suite, around: Suite | undefined): void {
  if (around === undefined) return;
  around.held.cases += held.cases;
  around.held.failing += held.failing;
}

/**
 * What to say of a suite whose numbers count tests or failures of which it holds none: they do not say which test failed,
 * and the file would look as if there was none. It counts as told for the suites around it.
 */
export function withoutCases({ attributes, held }: Suite): SetAside[] {
  const { name = "without a name", tests, failures, errors } = attributes;
  const failed = numberOf(failures) + numberOf(errors);
  const lacksAll = held.cases === 0 && numberOf(tests) > 0;
  const lacksFailing = held.failing === 0 && failed > 0;
  if (!lacksAll && !lacksFailing) return [];
  held.cases += 1;
  held.failing += 1;
  const counted = lacksAll ? `${tests} tests` : `${failed} failures and errors`;
  const detail = `suite ${name} counts ${counted} and holds none of them`;
  return [{ kind: "setAside", reason: "no_test_case", detail }];
}

function numberOf(text: string | undefined): number {
  return Number(text) || 0;
}
