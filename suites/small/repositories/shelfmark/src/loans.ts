import type { Loan, Store } from "./store.js";

export const LOAN_DAYS = 28;
const DAY = 24 * 60 * 60 * 1000;

export function lend(store: Store, isbn: string, reader: string, now: Date): Loan {
  return store.addLoan(isbn, reader, new Date(now.getTime() + LOAN_DAYS * DAY));
}

/** Move the due date by another loan period. */
export function renewLoan(store: Store, id: number): Loan {
  const loan = store.loans.get(id);
  if (!loan) throw new Error(`no loan ${id}`);
  loan.due = new Date(loan.due.getTime() + LOAN_DAYS * DAY);
  loan.renewals += 1;
  return loan;
}
