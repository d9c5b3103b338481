/** `$0.0123`: four decimals, and of less than that the first two digits that say something. */
export function dollars(amount: number): string {
  const decimals = amount > 0 && amount < 0.001 ? Math.min(12, 1 - Math.floor(Math.log10(amount))) : 4;
  return `$${amount.toFixed(decimals)}`;
}
