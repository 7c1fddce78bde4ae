// What yargs takes for the package `string-width` in the build: that one takes 30 ms of the start of every command to
// prepare for emoji, and the texts of our help have none.
export { displayWidth as default } from "../runner/text/terminal-text.ts";
