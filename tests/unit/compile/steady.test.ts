import { readFileSync } from "node:fs";
import vm from "node:vm";
import { expect, it } from "vitest";

const file = new URL("../../../runner/compile/sandbox/realm/steady.js", import.meta.url);
const program = readFileSync(file, "utf8").replaceAll(/^export /gm, "");

/** Whether code, in a realm of its own, gives the same each time. */
function isSteady(code: string): boolean {
  const context = vm.createContext({});
  vm.runInContext(program, context);
  vm.runInContext(code, context);
  return vm.runInContext("isSteady()", context);
}

it.each([
  ...["Date.now()", "new Date()", "new Date().getTime()", "Date()", "(({ now }) => now())(Date)"],
  ...["new (new Date(5).constructor)()", "Reflect.construct(Date, [])", "Date.now.call(null)"],
  ...["new (class extends Date {})()", "new (Date.bind(null))()", "Date.apply(null, [5])"],
  ...["Math.random()", "const { random } = Math; random()"],
  ...["new Intl.DateTimeFormat().format()", "Intl.DateTimeFormat('en').format()"],
  ...['new (new Intl.DateTimeFormat("en").constructor)().format()', "new WeakRef({})"],
  "new FinalizationRegistry(() => 1)",
])("sees that %s is not the same each time", (code) => {
  expect(isSteady(code)).toBe(false);
});

it.each([
  ...["1 + 1", "new Date(2020, 1, 1).getTime()", "Date.UTC(2020, 1, 1)", "new Date(5).toString()"],
  ...["Date.parse('2020-01-01')", "new Date(5) instanceof Date", "Math.max(1, 2)"],
  ...["new (class extends Date {})(5) instanceof Date", "new Intl.NumberFormat('en').format(5)"],
])("sees that %s is", (code) => {
  expect(isSteady(code)).toBe(true);
});
