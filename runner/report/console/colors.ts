import type pc from "picocolors";

/** Functions that put a text into a colour, or leave it as it is where colour is off. */
export type Colors = ReturnType<typeof pc.createColors>;
