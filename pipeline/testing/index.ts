/** `tapline/testing`: topologies under test, in one process and without a broker. */
export { createTestDriver, type TestDriverOptions } from './create-test-driver.ts';
export type { BrokerErrorFault, BrokerRequest, CrashPlace, PoisonFault, SlowFault } from './driver-faults.ts';
export { explore, type ExploreOptions } from './explore.ts';
export { runSink, type SinkRun, type SinkRunOptions, type TestSinkInput } from './run-sink.ts';
export { runSource, type SourceRun, type SourceRunOptions, type TestSourceRecord } from './run-source.ts';
export type { StoredState } from './stored-state.ts';
export type { TopologyTestDriver } from './test-driver.ts';
export type { TestDeadLetter, TestInput, TestOutput, TestTime } from './test-record.ts';
