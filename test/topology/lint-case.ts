/** A topology file and exactly what lint says about it. */
export interface LintCase {
  readonly name: string;
  readonly yaml: string;
  readonly findings: readonly string[];
}

/** The text of a file of these lines. */
export function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
