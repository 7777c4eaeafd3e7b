import type { Path } from '../../topology/located.ts';
import type { TopologyTestDriver } from '../test-driver.ts';
import { timeMsOf, type TestDeadLetter, type TestInput, type TestOutput } from '../test-record.ts';
import { differenceLine, failureAt, mismatchFailure, versus, type TestFailure } from './failure.ts';
import type { TestFile } from './read-test-file.ts';
import type { TestFrames } from './test-frames.ts';
import { mismatches, type Fields, type FoundRecord } from './record-matching.ts';
import { readBeside } from './read-beside.ts';
import { readExpected, readFound, savePictures } from './pictures.ts';
import type { FaultSpec, InputSpec, StepSpec } from './spec.ts';
import { differences } from './value-matching.ts';

/** A step of a test that runs. */
export interface StepRun {
  readonly test: TestFile;
  readonly driver: TopologyTestDriver;
  /** Makes the frames of the test. */
  readonly frames: TestFrames;
  /** Path of the step in the file. */
  readonly path: Path;
}

/** Does what a step says; what is not as it expects comes back. @throws what made a stage give up */
export async function runStep(step: StepSpec, run: StepRun): Promise<readonly TestFailure[]> {
  const { driver } = run;
  if (step.input) await driver.pipeInput(step.input.topic, await inputsOf(step.input, run));
  if (step.advance !== undefined) await driver.advanceTime(step.advance);
  if (step.fault) await cause(step.fault, driver);
  if (step.restart !== undefined) await driver.restart(step.restart);
  if (step.stop !== undefined) await driver.stop(step.stop);
  if (step.expect) return expectRecords(step.expect, run);
  if (step.expectDeadLetters) return expectDeadLetters(step.expectDeadLetters, run);
  return step.expectState ? expectState(step.expectState, run) : [];
}

async function inputsOf({ records, repeat = 1 }: InputSpec, run: StepRun): Promise<readonly TestInput[]> {
  const inputs: TestInput[] = [];
  for (let round = 0; round < repeat; round++) for (const record of records) inputs.push(await inputOf(record, run));
  return inputs;
}

async function inputOf(
  { key = null, value, file, frame, headers, time, partition }: InputSpec['records'][number],
  { test, frames }: StepRun,
): Promise<TestInput> {
  const from = frame?.picture ?? file;
  const input = {
    key,
    value: from === undefined ? value : await readBeside(test.file, from),
    ...(headers && { headers }),
    ...(time !== undefined && { time }),
    ...(partition !== undefined && { partition }),
  };
  return frame ? frames.record(input, frame) : input;
}

async function cause(fault: FaultSpec, driver: TopologyTestDriver): Promise<void> {
  const { crash, at, rebalance, slow, by = 0, poison, key, times, brokerError, error = '', on, after } = fault;
  const often = times !== undefined && { times };
  const keyed = key !== undefined && { key };
  if (crash !== undefined) await driver.crash(crash, { ...(at && { at }) });
  if (rebalance !== undefined) await driver.rebalance(rebalance);
  if (slow !== undefined) driver.slow(slow, { byMs: by, ...keyed, ...often });
  if (poison !== undefined) driver.poison(poison, { ...keyed, ...often });
  if (brokerError !== undefined)
    driver.brokerError(brokerError, { error, ...(on && { on }), ...often, ...(after !== undefined && { after }) });
  if (fault.duplicate !== undefined) await driver.duplicate(fault.duplicate);
  if (fault.jump !== undefined) await driver.jumpClock(fault.jump);
}

async function expectRecords(
  { topic, records, inAnyOrder, distinct }: NonNullable<StepSpec['expect']>,
  { test, driver, path }: StepRun,
): Promise<readonly TestFailure[]> {
  const read = driver.readOutput(topic);
  const counted = distinct ? withoutRepeats(read) : read;
  const shown = records.some(({ picture }) => picture !== undefined);
  const found = counted.map(async (record, index) => ({
    queue: inAnyOrder ? index : record.partition,
    fields: { ...fieldsOf(record), ...(shown && { picture: await readFound(record) }) },
  }));
  const place = { path: [...path, 'expect', 'records'], where: topic };
  const differing = compare(
    await Promise.all(records.map((record) => readExpected(record, test.file))),
    await Promise.all(found),
  );
  const missing = differing.find(({ kind }) => kind === 'missing');
  const failures = differing.map(async (mismatch) => {
    const { details, ...failure } = mismatchFailure(test, place, mismatch);
    const fate = mismatch === missing ? deadLettersOf(driver) : [];
    return { ...failure, details: [...details, ...(await savePictures(mismatch)), ...fate] };
  });
  return Promise.all(failures);
}

/** Where records are missing, dead letters may tell what became of them. */
function deadLettersOf(driver: TopologyTestDriver): readonly string[] {
  return driver.plan.stages.flatMap(({ name }) => {
    const letters = driver.deadLetters(name);
    const last = letters.at(-1);
    if (!last) return [];
    const count = letters.length === 1 ? 'a dead letter' : `${letters.length} dead letters, the last one`;
    return [`stage ${name} has ${count}: ${last.code} ${last.message}`];
  });
}

function expectDeadLetters(
  { stage, records }: NonNullable<StepSpec['expectDeadLetters']>,
  { test, driver, path }: StepRun,
): readonly TestFailure[] {
  const letters = driver.deadLetters(stage);
  const found = letters.map((letter) => ({ queue: letter.partition, fields: letterFieldsOf(letter) }));
  const place = { path: [...path, 'expectDeadLetters', 'records'], where: `the dead letters of ${stage}` };
  return compare(records, found).map((mismatch) => mismatchFailure(test, place, mismatch));
}

async function expectState(
  expected: NonNullable<StepSpec['expectState']>,
  { test, driver, path }: StepRun,
): Promise<readonly TestFailure[]> {
  const { stage, store, key, window } = expected;
  const place = window === undefined ? {} : { windowStartMs: timeMsOf(window) };
  const found = await driver.stateStore(stage, store).get(key, place);
  const wanted = 'value' in expected ? expected.value : { $absent: true };
  const differing = differences('value', wanted, found);
  if (differing.length === 0) return [];
  const details = [...differing.map(differenceLine), ...versus(wanted, found)];
  const message = `"${key}" in store ${store} of ${stage} is not as expected`;
  return [failureAt(test, [...path, 'expectState'], { message, details })];
}

function compare(records: readonly Fields[], found: readonly FoundRecord[]): ReturnType<typeof mismatches> {
  return mismatches(
    records.map(({ time, ...fields }) => (typeof time === 'string' ? { ...fields, time: isoOf(time) } : fields)),
    found,
  );
}

/** Repeats have the id of what they repeat. */
function withoutRepeats(records: readonly TestOutput[]): readonly TestOutput[] {
  const seen = new Set<string>();
  return records.filter(({ headers }) => {
    const id = headers['ce_id'];
    if (id === undefined || !seen.has(id)) return id === undefined || seen.add(id).size > 0;
    return false;
  });
}

function fieldsOf({ key, value, headers, timestampMs, partition }: TestOutput): Fields {
  return { key, value, headers, time: isoOf(timestampMs), partition };
}

function letterFieldsOf(letter: TestDeadLetter): Fields {
  const { code, message, attempts } = letter;
  return { ...fieldsOf(letter), code, message, attempts };
}

function isoOf(time: number | string): string {
  return new Date(time).toISOString();
}
