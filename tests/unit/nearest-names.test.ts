import { expect, it } from "vitest";
import { nearestNames } from "../../runner/text/nearest-names.ts";

const known = ["customers", "orders", "orders_by_day", "products", "shop.orders"];

it("gives the name with the fewest differences first", () => {
  expect(nearestNames("oders", known)).toEqual(["orders"]);
  expect(nearestNames("Customer", known)).toEqual(["customers"]);
});

it("takes two letters that changed places for one difference", () => {
  expect(nearestNames("tabel", ["table", "view"])).toEqual(["table"]);
});

it("gives names that contain what was written", () => {
  expect(nearestNames("order", known)).toEqual(["orders", "shop.orders", "orders_by_day"]);
});

it("gives nothing when no name is near", () => {
  expect(nearestNames("zzz", known)).toEqual([]);
});

it("gives each name once and no more than the limit", () => {
  expect(nearestNames("order", ["orders", "orders", "border"], 1)).toEqual(["border"]);
  expect(nearestNames("orders", ["orders", "orders"])).toEqual(["orders"]);
});
