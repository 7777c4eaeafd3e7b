/** Keeps the solution defined where the samples say too little, as a picture of one grey does; too small to be felt. */
const DAMPING = 1e-6;

/** Solves a small system of linear equations, each a row of coefficients and the right side; null where it has no answer. */
export function solve(rows: readonly Float64Array[]): readonly number[] | null {
  const size = rows.length;
  for (const [index, row] of rows.entries()) row[index] = (row[index] ?? 0) * (1 + DAMPING);
  const left = [...rows];
  for (let column = 0; column < size; column++) {
    const order = left.slice(column).sort((a, b) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0));
    left.splice(column, size, ...order);
    const pivot = left[column];
    if (!pivot || Math.abs(pivot[column] ?? 0) < 1e-9) return null;
    for (const row of left) if (row !== pivot) subtract(row, pivot, column);
  }
  return left.map((row, index) => (row[size] ?? 0) / (row[index] ?? 1));
}

function subtract(row: Float64Array, pivot: Float64Array, column: number): void {
  const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
  if (factor === 0) return;
  for (let at = column; at < row.length; at++) row[at] = (row[at] ?? 0) - factor * (pivot[at] ?? 0);
}
