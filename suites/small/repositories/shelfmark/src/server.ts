import Fastify from "fastify";
import { registerBooks } from "./routes/books.js";
import { registerLoans } from "./routes/loans.js";
import { Store } from "./store.js";

export function buildServer(store: Store) {
  const app = Fastify();
  registerBooks(app, store);
  registerLoans(app, store);
  return app;
}
