import type { RedriveTarget } from '../../task/redrive.ts';

/** What a replay did, counted for its last words. */
export class ReplayTally {
  readonly #replayed = new Map<string, number>();
  readonly #skipped = new Map<string, { count: number; readonly example: string }>();
  readonly #targets = new Map<string, RedriveTarget>();
  #notSelected = 0;
  #before = 0;

  replayed(target: RedriveTarget, code: string): void {
    const whose = target.group === null ? 'for all who read it' : `for ${target.group}`;
    const where = `to ${target.topic} ${whose}`;
    this.#targets.set(where, target);
    count(this.#replayed, `${where}  ${code}`);
  }

  /** `reason` goes on after "which". */
  skipped(reason: string, example = ''): void {
    const known = this.#skipped.get(reason) ?? { count: 0, example };
    known.count++;
    this.#skipped.set(reason, known);
  }

  notSelected(): void {
    this.#notSelected++;
  }

  replayedBefore(): void {
    this.#before++;
  }

  get total(): number {
    return [...this.#replayed.values()].reduce((sum, replayed) => sum + replayed, 0);
  }

  /** Where records went. */
  get targets(): readonly RedriveTarget[] {
    return [...this.#targets.values()];
  }

  /** `dlq replay` in a few lines. */
  lines(topic: string, dryRun: boolean): readonly string[] {
    const skipped = [...this.#skipped.values()].reduce((sum, { count: of }) => sum + of, 0);
    return [
      `${dryRun ? 'would replay' : 'replayed'} ${this.total} dead letters of ${topic}`,
      ...[...this.#replayed].map(([where, of]) => `${pad(of)}  ${where}`),
      ...(skipped > 0 ? [`${dryRun ? 'would skip' : 'skipped'} ${skipped}, which`] : []),
      ...[...this.#skipped].map(([reason, { count: of, example }]) =>
        example === '' ? `${pad(of)}  ${reason}` : `${pad(of)}  ${reason}; e.g. ${example}`,
      ),
      ...(this.#notSelected > 0 ? [`left ${this.#notSelected} that the options do not choose`] : []),
      ...(this.#before > 0 ? [`left ${this.#before} that were replayed before (--again takes them too)`] : []),
    ];
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function pad(of: number): string {
  return String(of).padStart(8);
}
