/** A name as SQL takes it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The name of a table, with its schema where there is one: `sales.orders`. */
export function quotedTable(name: string): string {
  return name.split('.').map(quoted).join('.');
}

/** Names one behind the other. */
export function quotedList(names: readonly string[]): string {
  return names.map(quoted).join(', ');
}

/** Placeholders of parameters from a number on: `$1, $2`. */
export function placeholders(count: number, from = 1): string {
  return Array.from({ length: count }, (_, index) => `$${from + index}`).join(', ');
}
