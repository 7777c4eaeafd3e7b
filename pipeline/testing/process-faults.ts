import type { ConsumerRecord } from '../ports/record.ts';

/** What goes wrong inside a processor: its call takes longer, or throws. */
export interface ProcessFault {
  readonly stage: string;
  /** Only records of this key; any record when left out. */
  readonly key?: string | undefined;
  /** So many calls meet it. */
  readonly times: number;
  readonly does: { readonly slowByMs: number } | { readonly throws: Error; readonly afterwards: boolean };
}

/** The faults of processors that are still to come. */
export class ProcessFaults {
  readonly #pending: { readonly fault: ProcessFault; left: number }[] = [];

  add(fault: ProcessFault): void {
    if (fault.times > 0) this.#pending.push({ fault, left: fault.times });
  }

  /** What goes wrong with this call, if anything. */
  meet(stage: string, { key }: ConsumerRecord): ProcessFault['does'] | null {
    if (this.#pending.length === 0) return null;
    const isMeant = ({ fault }: { readonly fault: ProcessFault }): boolean =>
      fault.stage === stage && (fault.key === undefined || fault.key === key?.toString());
    const found = this.#pending.find(isMeant);
    if (!found) return null;
    found.left--;
    if (found.left <= 0) this.#pending.splice(this.#pending.indexOf(found), 1);
    return found.fault.does;
  }
}
