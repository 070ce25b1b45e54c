export interface Book {
  isbn: string;
  title: string;
  author: string;
}

export interface Loan {
  id: number;
  isbn: string;
  reader: string;
  due: Date;
  renewals: number;
}

/** Everything in memory; a restart forgets it. */
export class Store {
  books = new Map<string, Book>();
  loans = new Map<number, Loan>();
  private next = 1;

  addLoan(isbn: string, reader: string, due: Date): Loan {
    const loan = { id: this.next++, isbn, reader, due, renewals: 0 };
    this.loans.set(loan.id, loan);
    return loan;
  }
}
