const KEPT_LINES = 5;
const KEPT_CHARACTERS = 200;

/** The last lines that a child wrote to stderr. */
export class LastWords {
  #lines: readonly string[] = [];

  add(line: string): void {
    if (line.trim() !== '') this.#lines = [...this.#lines, line.slice(0, KEPT_CHARACTERS)].slice(-KEPT_LINES);
  }

  /** A sentence with them behind it, if there are any. */
  after(sentence: string): string {
    return this.#lines.length === 0 ? sentence : `${sentence}; its last words: ${this.#lines.join(' | ')}`;
  }
}
