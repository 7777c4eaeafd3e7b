/** What the checks are about, in the order they are told in. */
export type Area = 'machine' | 'topology' | 'broker' | 'topics' | 'readers';

/** One line of `doctor`. */
export interface Check {
  readonly area: Area;
  readonly what: string;
  /** A fault is something the topology needs and does not have. */
  readonly mark: 'ok' | 'warning' | 'fault';
  readonly found: string;
  /** What to do about it; beside `ok` it is a hint. */
  readonly mend?: string;
}

type Says = (found: string, mend?: string) => Check;

/** Ways to judge one thing. */
export interface Judge {
  readonly ok: Says;
  readonly warning: (found: string, mend: string) => Check;
  readonly fault: (found: string, mend: string) => Check;
}

export function judgeOf(area: Area, what: string): Judge {
  const says =
    (mark: Check['mark']): Says =>
    (found, mend) => ({ area, what, mark, found, ...(mend !== undefined && { mend }) });
  return { ok: says('ok'), warning: says('warning'), fault: says('fault') };
}
