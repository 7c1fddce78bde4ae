import type { PlannedApplication, PlannedScenario } from "./planned.ts";
import type { Random } from "./random.ts";
import {
  aliases,
  aliasShare,
  carelessShare,
  unmappedNames,
  unmappedShare,
} from "./realistic-plan.ts";

/** A scenario as a source spells it, with the scenario that silver has to find (0: none). */
export interface SpelledScenario {
  name: string;
  scenarioId: number;
  traits: readonly string[];
}

/** Draws how a source spells a scenario. */
export function spellScenario(random: Random, scenario: PlannedScenario): SpelledScenario {
  const { scenarioId, name } = scenario;
  const style = random.byShare(styles)?.style;
  switch (style) {
    case "unmapped":
      return { name: random.pick(unmappedNames), scenarioId: 0, traits: ["unmapped"] };
    case "alias":
      return { name: random.pick(aliases[scenarioId] ?? [name]), scenarioId, traits: ["alias"] };
    case "careless":
      return { name: carelessly(random, name), scenarioId, traits: ["misspelt"] };
    case undefined:
      return { name, scenarioId, traits: [] };
  }
}

const styles = [
  { style: "unmapped", share: unmappedShare },
  { style: "alias", share: aliasShare },
  { style: "careless", share: carelessShare },
] as const;

/** Draws how a source spells an application. */
export function spellApplication(random: Random, { name }: PlannedApplication): string {
  return random.chance(carelessShare) ? carelessly(random, name) : name;
}

const habits: readonly ((name: string) => string)[] = [
  (name) => name.toLowerCase(),
  (name) => name.toUpperCase(),
  (name) => `${name} `,
  (name) => `  ${name.replace(" ", "  ")}`,
  (name) => name.replace(" ", "\t"),
];

function carelessly(random: Random, name: string): string {
  return random.pick(habits)(name);
}
