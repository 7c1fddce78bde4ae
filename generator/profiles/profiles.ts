import type { Profile } from "../profile.ts";
import { original } from "./original.ts";
import { realistic } from "./realistic.ts";

/** The profiles by their names. */
export const profiles = { original, realistic } as const satisfies Record<string, Profile>;

/** Name of a profile. */
export type ProfileName = keyof typeof profiles;
