import { expect, test } from "vitest";
import { searchBooks } from "../src/search.js";
import { Store } from "../src/store.js";

test("finds by title", () => {
  const store = new Store();
  store.books.set("1", { isbn: "1", title: "Walden", author: "Thoreau" });
  expect(searchBooks(store, "Wald")).toHaveLength(1);
});
