import type { Book, Store } from "./store.js";

/** Add a book under its ISBN as it was typed. */
export function addBook(store: Store, book: Book): void {
  store.books.set(book.isbn, book);
}

export function findBook(store: Store, isbn: string): Book | undefined {
  return store.books.get(isbn);
}
