import fc from "fast-check";

// A commit is tried with the inputs of the commit before, so that a red run is due to the commit; `PROPERTY_RUNS`,
// as each night, brings others.
if (!process.env.PROPERTY_RUNS) fc.configureGlobal({ seed: 20_261_128 });
