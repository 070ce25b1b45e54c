import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { lend, renewLoan } from "../loans.js";
import type { Store } from "../store.js";

const NewLoan = z.object({ isbn: z.string(), reader: z.string() });

export function registerLoans(app: FastifyInstance, store: Store): void {
  app.post("/loans", async (request, reply) => {
    const { isbn, reader } = NewLoan.parse(request.body);
    return reply.code(201).send(lend(store, isbn, reader, new Date()));
  });
  app.post<{ Params: { id: string } }>("/loans/:id/renew", async (request) =>
    renewLoan(store, Number(request.params.id)),
  );
}
