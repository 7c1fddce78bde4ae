import { generateMersenne53Randomizer } from "@faker-js/faker";

/** A seeded source of random choices; the order of the calls determines the results. */
export interface Random {
  /** At least 0 and less than 1. */
  fraction(): number;
  /** True so often. */
  chance(share: number): boolean;
  /** Between the two, the larger one excluded. */
  between(range: { min: number; max: number }): number;
  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T;
  /** One of the choices by its share, or undefined for what their sum lacks to 1. */
  byShare<T extends { share: number }>(choices: readonly T[]): T | undefined;
  /** A factor of a spread: the values at even steps from the smallest to the largest. */
  spread(values: readonly number[]): number;
}

/** The source that belongs to the seeds. */
export function createRandom(seeds: number[]): Random {
  const randomizer = generateMersenne53Randomizer();
  randomizer.seed(seeds);
  const fraction = () => randomizer.next();
  return {
    fraction,
    chance: (share) => fraction() < share,
    between: ({ min, max }) => min + fraction() * (max - min),
    pick: <T>(choices: readonly T[]) => choices[Math.floor(fraction() * choices.length)] as T,
    byShare: (choices) => {
      let left = fraction();
      for (const choice of choices) {
        left -= choice.share;
        if (left < 0) return choice;
      }
      return undefined;
    },
    spread: (values) => {
      const place = fraction() * (values.length - 1);
      const step = Math.floor(place);
      const from = values[step] ?? 0;
      return from + ((values[step + 1] ?? from) - from) * (place - step);
    },
  };
}
