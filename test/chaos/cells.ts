export const GUARANTEES = ['at-least-once', 'exactly-once'] as const;
export const FAULTS = [
  'sigterm',
  'sigkill',
  'sigstop',
  'worker-added',
  'worker-removed',
  'broker-bounced',
  'broker-killed',
] as const;
export const SAFEGUARDS = ['commit-before-produce', 'no-fencing', 'no-epoch-guard'] as const;

export type Guarantee = (typeof GUARANTEES)[number];
export type FaultName = (typeof FAULTS)[number];
/** A safeguard that is turned off in the workers, see `unsafe/`. */
export type Unsafe = (typeof SAFEGUARDS)[number];

/** One field of the matrix. */
export interface Cell {
  readonly name: string;
  readonly guarantee: Guarantee;
  readonly fault: FaultName;
  /** Workers are `tapline worker` processes of the harness, or children of one `tapline up`. */
  readonly runBy: 'worker' | 'up';
  /** With one, the verifier has to find something. */
  readonly unsafe: Unsafe | null;
}

const matrix: readonly Cell[] = GUARANTEES.flatMap((guarantee) =>
  FAULTS.map((fault) => ({
    name: `${guarantee}/${fault}`,
    guarantee,
    fault,
    runBy: 'worker' as const,

    unsafe: null,
  })),
);

const supervised: readonly Cell[] = GUARANTEES.map((guarantee) => ({
  name: `${guarantee}/up-sigkill`,
  guarantee,
  fault: 'sigkill',
  runBy: 'up',
  unsafe: null,
}));

const red = (guarantee: Guarantee, fault: FaultName, unsafe: Unsafe): Cell => ({
  name: `red/${unsafe}/${guarantee}`,
  guarantee,
  fault,
  runBy: 'worker',
  unsafe,
});

/** Each safeguard is off in the cell that it is there for. */
const unsafe: readonly Cell[] = [
  red('at-least-once', 'sigkill', 'commit-before-produce'),
  red('exactly-once', 'sigkill', 'commit-before-produce'),
  red('exactly-once', 'sigstop', 'no-fencing'),
  red('at-least-once', 'sigstop', 'no-epoch-guard'),
];

export const CELLS: readonly Cell[] = [...matrix, ...supervised, ...unsafe];

/** Cells whose name is, or begins with, one of those given; all when none is. @throws where a name fits none. */
export function cellsNamed(names: readonly string[]): readonly Cell[] {
  if (names.length === 0) return CELLS;
  return names.flatMap((name) => {
    const found = CELLS.filter((cell) => cell.name === name || cell.name.startsWith(`${name}/`));
    if (found.length === 0)
      throw new Error(`no cell is called "${name}"; there are ${CELLS.map((c) => c.name).join(', ')}`);
    return found;
  });
}
