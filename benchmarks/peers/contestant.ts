import type { Measurement } from "../measure.ts";

/** A tool that builds the models of `makeProject` and checks each of them for nulls. */
interface Contestant {
  name: string;
  /** Its runs on an empty database, in order. */
  steps(url: string): Record<Step, () => Promise<Measurement>>;
}

/** A tool, or why it cannot be measured here. */
export type Peer = Contestant | { name: string; missing: string };

/** A first run, one with nothing changed since, and one after an edit of one model in the middle. */
export const steps = ["first run", "nothing changed", "one edit"] as const;
type Step = (typeof steps)[number];

/** The model that is edited: half of the layers stand on it. */
export function editedModel(size: number): number {
  return Math.floor(size / 2);
}

/** The models of a project in an order in which they can be built. */
export function everyModel(size: number): number[] {
  return Array.from({ length: size }, (_, index) => index);
}

/** A model and what reads it, directly or not. */
export function modelsAfter(edited: number, size: number): number[] {
  return everyModel(size).filter((index) => index >= edited && (index - edited) % 10 === 0);
}
