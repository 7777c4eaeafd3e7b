import { complain, paint, say } from '../terminal.ts';
import type { Check } from './check.ts';

const SIGN_AFTER_MS = 1_000;
const COLOURS = { ok: 'green', warning: 'yellow', fault: 'red' } as const;
const INDENT = ' '.repeat(9);

/** One line for a check, the mend beneath. */
export function checkLines({ what, mark, found, mend }: Check): string[] {
  const line = `${paint(COLOURS[mark], mark.padEnd(7))}  ${paint('bold', what)}: ${found}`;
  return mend === undefined ? [line] : [line, paint('dim', `${INDENT}${mend}`)];
}

/** The last line: what the marks come to. */
export function conclusion(checks: readonly Check[]): string {
  const count = (mark: Check['mark']): number => checks.filter((check) => check.mark === mark).length;
  const [faults, warnings] = [count('fault'), count('warning')];
  const told = warnings === 0 ? '' : ` (${warnings} ${warnings === 1 ? 'warning' : 'warnings'})`;
  if (faults === 0) return `nothing is missing${told}`;
  return `${faults} ${faults === 1 ? 'fault' : 'faults'} to mend before \`up\` can work${told}`;
}

/** Prints what is known as soon as it is, with a heading for each area; or all of it as JSON at the end. */
export class Report {
  readonly checks: Check[] = [];
  readonly #json: boolean;

  constructor(json: boolean) {
    this.#json = json;
  }

  /** Adds what `looking` finds; says what is being looked at when that takes long. */
  async add(what: string, looking: Promise<readonly Check[]>): Promise<void> {
    const sign = setTimeout(() => complain(paint('dim', `... ${what}`, process.stderr)), SIGN_AFTER_MS);
    this.tell(await looking.finally(() => clearTimeout(sign)));
  }

  tell(checks: readonly Check[]): void {
    for (const check of checks) this.#tell(check);
  }

  /** Whether something the topology needs is missing. */
  get hasFaults(): boolean {
    return this.checks.some(({ mark }) => mark === 'fault');
  }

  end(): void {
    if (this.#json) say(JSON.stringify({ fit: !this.hasFaults, checks: this.checks }, null, 2));
    else say(`\n${conclusion(this.checks)}`);
  }

  #tell(check: Check): void {
    if (!this.#json) {
      if (this.checks.at(-1)?.area !== check.area) say(`${this.checks.length > 0 ? '\n' : ''}${check.area}`);
      checkLines(check).forEach(say);
    }
    this.checks.push(check);
  }
}
