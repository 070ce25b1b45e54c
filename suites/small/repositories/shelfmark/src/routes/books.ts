import type { FastifyInstance } from "fastify";
import { addBook } from "../catalogue.js";
import { searchBooks } from "../search.js";
import type { Book, Store } from "../store.js";

export function registerBooks(app: FastifyInstance, store: Store): void {
  app.get<{ Querystring: { q: string } }>("/books", async (request) => searchBooks(store, request.query.q));
  app.post<{ Body: Book }>("/books", async (request, reply) => {
    addBook(store, request.body);
    return reply.code(201).send(request.body);
  });
}
