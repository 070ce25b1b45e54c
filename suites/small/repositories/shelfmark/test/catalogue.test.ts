import { expect, test } from "vitest";
import { addBook, findBook } from "../src/catalogue.js";
import { Store } from "../src/store.js";

test("a book is found again", () => {
  const store = new Store();
  addBook(store, { isbn: "1", title: "Walden", author: "Thoreau" });
  expect(findBook(store, "1")?.title).toBe("Walden");
});
