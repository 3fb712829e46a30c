// A front end in a few lines. It is compiled, strictly, against the types made from the document: a change of the contract
// that would break a client breaks this first.

import createClient from "openapi-fetch";
import type { components, paths } from "./build/schema";

type Customer = components["schemas"]["Customer"];
type Problem = components["schemas"]["Problem"];

class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

export function connect(baseUrl: string, key: string) {
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });
}

type Client = ReturnType<typeof connect>;

export async function addCustomer(client: Client, given: string, phone: string): Promise<Customer> {
  const { data, error } = await client.POST("/v1/customers", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { kind: "person", given_name: given, contact_points: [{ kind: "phone", value: phone }] },
  });
  if (error) throw new Refused(error);
  return data;
}

export async function rename(client: Client, customer: Customer, family: string): Promise<Customer> {
  const { data, error, response } = await client.PATCH("/v1/customers/{customer_id}", {
    params: { path: { customer_id: customer.id }, header: { "If-Match": `"${customer.version}"` } },
    headers: { "Content-Type": "application/merge-patch+json" },
    body: { family_name: family, referred_by: null },
  });
  if (response.status === 412) throw new Error("Somebody else was quicker");
  if (error) throw new Refused(error);
  return data;
}

export async function sell(client: Client, customer: Customer, receiptNo: string): Promise<string> {
  const { data, error } = await client.POST("/v1/sales", {
    params: { query: { on_unknown_customer: "keep", validate_only: false } },
    body: {
      source: "till",
      receipt_no: receiptNo,
      occurred_at: new Date().toISOString(),
      currency: "GBP",
      customer: { id: customer.id },
      lines: [{ name: "Lamb shoulder", quantity: "1.250", unit_price: "13.60" }],
    },
  });
  if (error) throw new Refused(error);
  return data.total;
}

export async function* everyCustomer(client: Client, q: string): AsyncGenerator<Customer> {
  let cursor: string | null | undefined;
  do {
    const { data, error } = await client.GET("/v1/customers", {
      params: { query: { q, limit: 200, ...(cursor ? { cursor } : {}) } },
    });
    if (error) throw new Refused(error);
    yield* data.items;
    cursor = data.next_cursor;
  } while (cursor);
}
