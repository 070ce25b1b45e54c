import { expect, test } from "vitest";
import { normalizeIsbn } from "../src/isbn.js";

test("ISBN-10 becomes ISBN-13", () => {
  expect(normalizeIsbn("0-306-40615-2")).toBe("9780306406157");
});
