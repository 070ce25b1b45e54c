import type { Book, Store } from "./store.js";

/** Books whose title contains the query, in order of titles. */
export function searchBooks(store: Store, query: string): Book[] {
  const hits = [...store.books.values()].filter((book) => book.title.includes(query));
  return hits.sort((a, b) => a.title.localeCompare(b.title));
}
