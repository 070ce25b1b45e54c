/** Digits only, ISBN-10 converted to ISBN-13; throws for a wrong check digit. */
export function normalizeIsbn(text: string): string {
  const digits = text.replace(/[^0-9Xx]/g, "");
  const body = digits.length === 10 ? "978" + digits.slice(0, 9) : digits.slice(0, 12);
  return body + checkDigit(body);
}

export function checkDigit(body: string): string {
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (at % 2 ? 3 : 1), 0);
  return String((10 - (sum % 10)) % 10);
}
