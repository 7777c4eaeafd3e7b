import { dirname } from 'node:path';
import { PipelineError, messageOf } from '../../errors/pipeline-error.ts';
import type { Environment } from '../../registry/find-variable.ts';
import { readTopology } from '../../registry/read-topology.ts';
import type { Path } from '../../topology/located.ts';
import type { Plan } from '../../topology/plan.ts';
import { createTestDriver } from '../create-test-driver.ts';
import type { TopologyTestDriver } from '../test-driver.ts';
import { checkNames } from './check-names.ts';
import { differenceLine, failureAt, thrownIn, type TestFailure } from './failure.ts';
import { TestFileInvalidError, readTestFile, type TestFile } from './read-test-file.ts';
import { runStep } from './run-step.ts';
import type { StepSpec, TestSpec } from './spec.ts';
import { TestFrames } from './test-frames.ts';
import { differences } from './value-matching.ts';

/** What became of one test. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  /** Real time it took. */
  readonly ms: number;
  /** Empty where it has passed. */
  readonly failures: readonly TestFailure[];
}

export interface TestFileRun {
  /** Hears of the topology, and of the environment its secrets are in, before anything of it runs. */
  readonly onPlan?: (plan: Plan, environment: Environment) => void;
  /** Whether to run a test of this name. */
  readonly isWanted: (name: string) => boolean;
  /** Hears of each test as it ends. */
  readonly onResult: (result: TestResult) => void;
}

/**
 * Runs the tests of a file, each with a driver of its own.
 * @throws TestFileInvalidError, TopologyInvalidError, UserError where a file cannot be read
 */
export async function runTestFile(file: string, { onPlan, isWanted, onResult }: TestFileRun): Promise<void> {
  const test = await readTestFile(file);
  const { spec, topology } = test;
  const environment = { ...process.env, ...spec.env };
  const { plan } = await readTopology({ ...topology, environment, set: spec.set });
  const findings = checkNames(test, plan);
  if (findings.length > 0) throw new TestFileInvalidError(findings);
  onPlan?.(plan, environment);
  for (const [index, one] of spec.tests.entries()) {
    for (const guarantee of spec.guarantees ?? [null]) {
      const name = guarantee === null ? one.name : `${one.name} (${guarantee})`;
      if (!isWanted(name)) continue;
      const startedAt = performance.now();
      const failures = await runTest(one, { test, index, ...(guarantee && { guarantee }) });
      onResult({ file, name, ms: performance.now() - startedAt, failures });
    }
  }
}

interface OneTest {
  readonly test: TestFile;
  readonly index: number;
  readonly guarantee?: 'at-least-once' | 'exactly-once';
}

async function runTest(one: TestSpec, { test, index, guarantee }: OneTest): Promise<readonly TestFailure[]> {
  const { start: startTime, seed, set, stages, env: environment } = test.spec;
  const path: Path = ['tests', index];
  let driver: TopologyTestDriver;
  try {
    driver = await createTestDriver({
      topology: test.topology.text ?? test.topology.file,
      baseDirectory: dirname(test.topology.file),
      overlays: test.topology.overlays ?? [],
      environment,
      set: [...set, ...(one.set ?? [])],
      startTime,
      ...(guarantee && { guarantee }),
      ...(stages && { stages }),
      ...(seed !== undefined && { seed }),
    });
  } catch (error) {
    return [thrownIn(test, path, error)];
  }
  try {
    return await runSteps(one, { test, driver, path });
  } finally {
    await driver.close().catch(() => undefined); // a stage that gave up or hangs has been told
  }
}

/** All steps, also after an expectation that was not met; none after one that could not be done. */
async function runSteps(
  { steps }: TestSpec,
  { test, driver, path }: { readonly test: TestFile; readonly driver: TopologyTestDriver; readonly path: Path },
): Promise<readonly TestFailure[]> {
  const failures: TestFailure[] = [];
  const frames = new TestFrames(() => driver.nowMs());
  let stopped: unknown = null;
  for (const [index, step] of steps.entries()) {
    const at = [...path, 'steps', index];
    if (step.expectStop) {
      failures.push(...expectStop(step.expectStop, stopped, { test, path: [...at, 'expectStop'] }));
      stopped = null;
      continue;
    }
    try {
      failures.push(...(await runStep(step, { test, driver, frames, path: at })));
    } catch (error) {
      if (!steps[index + 1]?.expectStop) return [...failures, thrownIn(test, at, error)];
      stopped = error;
    }
  }
  return failures;
}

function expectStop(
  expected: NonNullable<StepSpec['expectStop']>,
  stopped: unknown,
  { test, path }: { readonly test: TestFile; readonly path: Path },
): readonly TestFailure[] {
  if (stopped === null) return [failureAt(test, path, { message: 'no stage has given up', details: [] })];
  const found = { code: stopped instanceof PipelineError ? stopped.code : '', message: messageOf(stopped) };
  const differing = (['code', 'message'] as const).flatMap((name) =>
    name in expected ? differences(name, expected[name], found[name]) : [],
  );
  if (differing.length === 0) return [];
  return [
    failureAt(test, path, { message: 'the stage has given up otherwise', details: differing.map(differenceLine) }),
  ];
}
