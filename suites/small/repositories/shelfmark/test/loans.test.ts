import { expect, test } from "vitest";
import { lend, renewLoan } from "../src/loans.js";
import { Store } from "../src/store.js";

test("renewing moves the due date", () => {
  const store = new Store();
  const loan = lend(store, "1", "ada", new Date(0));
  expect(renewLoan(store, loan.id).renewals).toBe(1);
});
