import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CELLS, type Cell } from './cells.ts';
import { ChaosBroker } from './chaos-broker.ts';
import { explanation } from './result-table.ts';
import { runCell, type CellResult } from './run-cell.ts';
import { kcatMissing } from './verify/kcat.ts';

// A short part of `npm run test:chaos`, which has the whole matrix.
const SEED = 20_261;
const main = join(import.meta.dirname, '../../dist/pipeline/cli/main.js');
const missing = await kcatMissing();

describe('with kcat as an independent reader', { timeout: 180_000, concurrent: false, shuffle: false }, () => {
  let broker: ChaosBroker;

  beforeAll(async () => {
    broker = await ChaosBroker.start(await mkdtemp(join(tmpdir(), 'tapline-chaos-broker-')));
  });
  afterAll(() => broker.stop());

  async function run(name: string, rounds: number): Promise<CellResult> {
    const cell: Cell = CELLS.find((one) => one.name === name)!;
    return runCell(cell, { broker, main, seed: SEED, rounds, budgetMs: 0, say: () => undefined });
  }

  test('exactly-once loses, repeats and reorders nothing though workers are killed in their transactions', async ({
    skip,
  }) => {
    skip(missing !== null, missing ?? '');
    const result = await run('exactly-once/sigkill', 2);

    expect(result.faults, explanation(result)).toEqual([]);
    expect(result.aborted).toBeGreaterThan(0);
  });

  test.for([
    { cell: 'exactly-once/worker-added', rounds: 2 },
    { cell: 'exactly-once/worker-removed', rounds: 2 },
    { cell: 'exactly-once/broker-killed', rounds: 1 },
    { cell: 'at-least-once/sigkill', rounds: 1 },
  ])('$cell: the guarantee is kept', async ({ cell, rounds }, { skip }) => {
    skip(missing !== null, missing ?? '');
    const result = await run(cell, rounds);

    expect(result.faults, explanation(result)).toEqual([]);
  });

  test('a runtime that commits before it writes is caught', async ({ skip }) => {
    skip(missing !== null, missing ?? '');
    const result = await run('red/commit-before-produce/at-least-once', 2);

    expect(result.lost, explanation(result)).toBeGreaterThan(0);
  });
});
