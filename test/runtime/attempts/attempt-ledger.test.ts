import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PipelineError } from '../../../pipeline/errors/pipeline-error.ts';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { AttemptLedger } from '../../../pipeline/runtime/attempts/attempt-ledger.ts';
import { blame, readSuspects } from '../../../pipeline/runtime/attempts/suspects.ts';
import { UnderWayFile, readUnderWay } from '../../../pipeline/runtime/attempts/under-way-file.ts';
import { countDeath, progressOf, underWayPath } from '../../../pipeline/runtime/attempts/worker-deaths.ts';
import type { Outcome } from '../../../pipeline/runtime/record-attempts.ts';
import type { StageErrorPolicy } from '../../../pipeline/topology/plan.ts';
import { aRecord } from '../../task/records.ts';
import { silentLog } from '../stage-harness.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tapline-attempts-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const done: Outcome = { state: 'done', outputs: [], retries: 0 };
const never = (): Promise<Outcome> => new Promise(() => undefined);
const ours = (): string => underWayPath(folder, 'work-0', process.pid);
const record = (offset: number): ConsumerRecord => aRecord({ offset: BigInt(offset) });

function ledger(policy: Partial<StageErrorPolicy> = {}): AttemptLedger {
  const onError: StageErrorPolicy = {
    retries: 3,
    backoffMs: 1,
    then: 'deadLetter',
    crashes: 2,
    scope: 'partition',
    ...policy,
  };
  const opened = new AttemptLedger({
    plan: { name: 'work', from: ['in', 'more'], onError },
    folder,
    worker: 'work-0',
    log: silentLog,
  });
  opened.refresh();
  return opened;
}

/** A worker that dies while it is at these records, as its supervisor sees it. */
function dieAt(offsets: readonly number[], how = 'exit code 7'): void {
  const dying = ledger();
  for (const offset of offsets) void dying.during(record(offset), never);
  countDeath(ours(), how);
}

const suspects = (): Record<string, number> =>
  Object.fromEntries([...readSuspects(folder)].map(([place, { deaths }]) => [place, deaths]));

describe('the records under way', () => {
  it('are those that were entered and neither left and cleared nor overwritten', () => {
    const file = new UnderWayFile(ours(), ['in', 'more']);
    const first = file.enter({ topic: 'in', partition: 3, offset: 2n ** 40n });
    file.enter({ topic: 'more', partition: 0, offset: 5n });
    file.leave(first);
    expect(progressOf(ours())).toBe(`in-3@${2 ** 40} more-0@5`);

    file.enter({ topic: 'in', partition: 3, offset: 7n });
    expect(progressOf(ours())).toBe('in-3@7 more-0@5');

    file.leave(first);
    file.clear();
    expect(readUnderWay(ours())?.records).toEqual([{ topic: 'more', partition: 0, offset: 5n }]);
    file.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are nobody when a chunk has been processed, and when the worker stops', async () => {
    const attempts = ledger();
    await attempts.during(record(1), async () => done);
    attempts.pause();
    countDeath(ours(), 'killed by SIGKILL');
    expect(suspects()).toEqual({});

    const stopping = ledger();
    void stopping.during(record(1), never);
    stopping.close();
    countDeath(ours(), 'killed by SIGKILL');
    expect(suspects()).toEqual({});
  });
});

describe('a record that kills its worker', () => {
  it('is tried again until it has done so as often as the policy says, and is given up with the reasons', async () => {
    dieAt([5], 'exit code 7');
    const tried: string[] = [];
    const attempt = async (): Promise<Outcome> => (tried.push('again'), { state: 'abandoned' });
    expect(await ledger().during(record(5), attempt)).toEqual({ state: 'abandoned' });
    dieAt([5], 'killed by SIGKILL');

    const attempts = ledger();
    const outcome = await attempts.during(record(5), attempt);

    expect(tried).toEqual(['again']);
    expect(outcome).toMatchObject({ state: 'gaveUp', then: 'deadLetter', attempts: 2 });
    const { error } = outcome as Extract<Outcome, { state: 'gaveUp' }>;
    expect(error).toBeInstanceOf(PipelineError);
    expect(error).toMatchObject({
      code: 'RECORD_CRASHED_WORKER',
      message:
        'stage "work" lost its worker 2 times while it was at in-0@5 (exit code 7; killed by SIGKILL); ' +
        'correct the processor or the record, or allow more with onError.crashes',
    });
    expect(suspects()).toEqual({ 'in-0@5': 2 }); // until its dead letter is written
    attempts.settle([record(5)]);
    expect(suspects()).toEqual({});
  });

  it('is a suspect no more once it has passed', async () => {
    dieAt([5]);

    expect(await ledger().during(record(5), async () => done)).toBe(done);

    expect(suspects()).toEqual({});
  });

  it('is tried for ever where the policy says so', async () => {
    for (let death = 0; death < 5; death++) dieAt([5]);

    expect(await ledger({ crashes: 0 }).during(record(5), async () => done)).toBe(done);
  });

  it('begins anew after it has stopped its stage: people have mended something', async () => {
    dieAt([5]);

    const policy = { then: 'fail', crashes: 1 } as const;
    expect(await ledger(policy).during(record(5), never)).toMatchObject({ state: 'gaveUp', then: 'fail' });

    expect(suspects()).toEqual({});
  });
});

describe('records that were under way together when a worker died', () => {
  it('are all suspects, and each is tried while nothing else is', async () => {
    dieAt([1, 2, 3]);
    const attempts = ledger();
    let atWork = 0;
    const company: Record<number, number> = {};
    const attempt = (offset: number) => async (): Promise<Outcome> => {
      company[offset] = atWork++;
      await new Promise(setImmediate);
      company[offset] = Math.max(company[offset], --atWork);
      return done;
    };

    await Promise.all([8, 9, 1, 2, 3].map((offset) => attempts.during(record(offset), attempt(offset))));

    expect(company).toEqual({ 1: 0, 2: 0, 3: 0, 8: 1, 9: 1 });
    expect(suspects()).toEqual({});
  });

  it('are told apart by the next death', async () => {
    dieAt([1, 2, 3]);
    const attempts = ledger();
    await attempts.during(record(1), async () => done);
    void attempts.during(record(2), never);
    void attempts.during(record(3), never);
    await new Promise(setImmediate);

    countDeath(ours(), 'exit code 7');

    expect(suspects()).toEqual({ 'in-0@2': 2, 'in-0@3': 1 });
  });
});

describe('a death that no supervisor saw', () => {
  const deadPid = (): number => spawnSync(process.execPath, ['-e', '0']).pid;

  function leftBy(owner: object): void {
    const left = new UnderWayFile(ours(), ['in']);
    left.enter({ topic: 'in', partition: 0, offset: 5n });
    const bytes = readFileSync(ours());
    left.remove();
    const end = bytes.indexOf('\n');
    const header = JSON.parse(bytes.toString('utf8', 0, end)) as object;
    const changed = Buffer.from(JSON.stringify({ ...header, ...owner }));
    writeFileSync(underWayPath(folder, 'work-1', 1), Buffer.concat([changed, bytes.subarray(end)]));
  }

  it('counts when the next worker of the stage starts', () => {
    leftBy({ pid: deadPid() });

    ledger().close();

    expect(suspects()).toEqual({ 'in-0@5': 1 });
    expect(readdirSync(folder)).toEqual(['in-0@5.suspect.json']);
  });

  it.each([
    { what: 'the machine went down with it', owner: () => ({ pid: deadPid(), boot: 'another' }), left: 0 },
    { what: 'it lives', owner: () => ({}), left: 1 },
    { what: 'it is of another machine', owner: () => ({ pid: deadPid(), host: 'another' }), left: 1 },
  ])('does not count when $what', ({ owner, left }) => {
    leftBy(owner());

    ledger().close();

    expect(suspects()).toEqual({});
    expect(readdirSync(folder)).toHaveLength(left);
  });
});

it('forgets suspects that nobody has read again for a week, and files that are none', () => {
  const record5 = { topic: 'in', partition: 0, offset: 5n };
  blame(folder, record5, 'exit code 7');
  blame(folder, { ...record5, offset: 6n }, 'exit code 7');
  const week = Date.now() / 1000 - 8 * 24 * 3600;
  utimesSync(join(folder, 'in-0@5.suspect.json'), week, week);
  writeFileSync(join(folder, 'in-0@7.suspect.json'), 'torn');

  expect(suspects()).toEqual({ 'in-0@6': 1 });
  expect(readdirSync(folder)).not.toContain('in-0@5.suspect.json');
});

it('works without a memory where the folder cannot be written', async () => {
  writeFileSync(join(folder, 'file'), '');
  const warnings: string[] = [];
  const attempts = new AttemptLedger({
    plan: {
      name: 'work',
      from: ['in'],
      onError: { retries: 0, backoffMs: 1, then: 'deadLetter', crashes: 2, scope: 'partition' },
    },
    folder: join(folder, 'file', 'below'),
    worker: 'work-0',
    log: { ...silentLog, warn: (_, sentence) => warnings.push(sentence) },
  });
  attempts.refresh();

  expect(await attempts.during(record(5), async () => done)).toBe(done);
  attempts.pause();
  attempts.close();

  expect(warnings).toEqual([expect.stringMatching(/^cannot note which records are under way \(E/)]);
});
