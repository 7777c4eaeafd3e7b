import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { PipelineError } from '../../errors/pipeline-error.ts';
import { createKafka, SESSION_TIMEOUT_MS, TRANSACTION_TIMEOUT_MS } from '../../kafka/index.ts';
import type { Connection } from '../../ports/admin.ts';
import { readTopology } from '../../registry/read-topology.ts';
import type { Plan } from '../../topology/plan.ts';
import { silent } from '../connect.ts';
import {
  fileOption,
  filesAsTyped,
  jsonOption,
  setOption,
  stateDirectory,
  topologyRequest,
  type TopologyOptions,
} from '../options.ts';
import { judgeOf, type Check } from './check.ts';
import { findBroker, type FoundBroker } from './find-broker.ts';
import { judgeCluster } from './judge-cluster.ts';
import { judgeMachine, wayToABroker, type MachineFacts } from './judge-machine.ts';
import { judgeDisk, judgeModel, judgePort } from './judge-place.ts';
import { judgeReaders, judgeRights, judgeTopics } from './judge-topics.ts';
import { judgeTransactions } from './judge-transactions.ts';
import { diskFact, machineFacts } from './machine-facts.ts';
import { needsOf, usesOf, type NeededModel, type Needs } from './needs.ts';
import { portFacts } from './port-facts.ts';
import { Report } from './report.ts';

const ASKED = { sessionTimeoutMs: SESSION_TIMEOUT_MS, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS };
const PATIENCE_MS = 20_000;
const NOTHING: Omit<Plan, 'name' | 'file'> = { topics: [], sources: [], stages: [], taps: [] };

interface DoctorOptions extends TopologyOptions {
  readonly json: boolean;
}

/** `doctor`: whether machine and broker have what the topology needs, and what to do where they have not. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('check machine and broker')
    .description(
      'Checks whether this machine and the broker have what a topology needs, and says what mends what is missing. Starts and changes nothing. Exit code 1 when something is missing.',
    )
    .addOption(fileOption())
    .addOption(setOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s topology -- doctor\n  KAFKA_BROKERS=kafka:9092 npm run -s topology -- doctor --file mine.yaml --json',
    )
    .action(async (options: DoctorOptions) => {
      const report = new Report(options.json);
      await examine(options, report);
      report.end();
      process.exit(report.hasFaults ? 1 : 0);
    });
}

async function examine(options: DoctorOptions, report: Report): Promise<void> {
  const topology = readPlanned(options);
  const broker = findBroker(process.env);
  const facts = machineFacts(process.env);
  const machine = examineMachine(await topology.then(({ plan }) => plan), { facts, broker });
  await report.add('looking for a broker, and for the programs of this machine', machine);
  await report.add(
    'reading the topology',
    topology.then(({ check }) => [check]),
  );
  await report.add('asking the broker', examineBroker(await broker, await facts));
  const { connection } = await broker;
  const { plan } = await topology;
  if (connection) await examineCluster(connection, plan, report);
  report.tell(judgeReaders(needsOfPlan(plan)));
}

/** The plan, or null and what is wrong with the file. */
async function readPlanned(options: DoctorOptions): Promise<{ plan: Plan | null; check: Check }> {
  const request = topologyRequest(undefined, options);
  const file = filesAsTyped(request);
  const { ok, warning, fault } = judgeOf('topology', file);
  try {
    const { plan, findings } = await readTopology(request);
    const parts = `${plan.sources.length} sources, ${plan.stages.length} stages, ${plan.taps.length} taps`;
    if (findings.length === 0) return { plan, check: ok(`"${plan.name}": ${parts}`) };
    const told = `"${plan.name}": ${parts}; ${findings.length} warnings`;
    return { plan, check: warning(told, `see them: npm run -s topology -- lint ${file}`) };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const [first = '', ...more] = error.message.split('\n');
    const mend = `see all of it: npm run -s topology -- lint ${file}; or name another file with --file`;
    return { plan: null, check: fault(more.length > 0 ? `${first} (and ${more.length} more)` : first, mend) };
  }
}

interface Looking {
  readonly facts: Promise<MachineFacts>;
  readonly broker: Promise<FoundBroker>;
}

async function examineMachine(plan: Plan | null, looking: Looking): Promise<Check[]> {
  const [facts, { origin }] = await Promise.all([looking.facts, looking.broker]);
  const needs = needsOfPlan(plan);
  const ports = await portFacts(plan, origin === 'none');
  const models = await Promise.all(needs.models.map((model) => modelChecked(plan, model)));
  return [
    ...judgeMachine(facts, { hasBroker: origin !== 'none', videoSources: needs.videoSources }),
    ...ports.map(judgePort),
    judgeDisk(await diskFact(stateDirectory()), needs, origin !== 'environment'),
    ...models,
  ];
}

async function modelChecked(plan: Plan | null, { processor, folder }: NeededModel): Promise<Check> {
  const { models } = await import('../../../processors/models.ts');
  const { modelState } = await import('../../../processors/detection/model-store/index.ts');
  const model = models.get(processor);
  if (!model) throw new Error(`nobody knows the model of ${processor}; this is a bug, please report it`);
  const bytes = model.files.reduce((sum, file) => sum + file.bytes, 0);
  const found = await modelState(model, folder && resolve(dirname(plan?.file ?? ''), folder));
  return judgeModel({ processor, bytes, ...found });
}

async function examineBroker({ check }: FoundBroker, facts: MachineFacts): Promise<Check[]> {
  if (check) return [check];
  const { ok, fault } = judgeOf('broker', 'broker');
  const way = wayToABroker(facts);
  if (way !== null) return [ok(`no broker is running; \`up\` would start ${way}`)];
  const mend = 'name a broker in KAFKA_BROKERS, or install Java 17 and Maven, or start Docker';
  return [fault('no broker is running, and none can be started here', mend)];
}

async function examineCluster(connection: Connection, plan: Plan | null, report: Report): Promise<void> {
  const inspector = createKafka(connection, { log: silent, clientId: 'tapline-doctor' }).inspector();
  const needs = needsOfPlan(plan);
  const settings = async (): Promise<Check[]> => {
    const cluster = await inspector.describeCluster();
    return [...judgeCluster(cluster, needs, ASKED), ...judgeTransactions(cluster, needs, ASKED)];
  };
  const topics = async (of: Plan): Promise<Check[]> => {
    const verdicts = await inspector.compareTopics(of.topics);
    const missing = verdicts.filter(({ verdict }) => verdict === 'created').map(({ topic }) => topic);
    return [...judgeTopics(verdicts), ...judgeRights(await inspector.missingRights(usesOf(of, missing)))];
  };
  await report.add('asking the brokers for their settings', refusable('settings', settings()));
  if (plan) await report.add('asking the broker about topics and rights', refusable('topics', topics(plan)));
  await inspector.close();
}

/** What a broker refuses to tell, or does not tell in time, is a fault, and no end of the examination. */
async function refusable(what: string, looking: Promise<Check[]>): Promise<Check[]> {
  const { fault } = judgeOf('broker', what);
  const late = fault(`the broker has not told them within ${PATIENCE_MS / 1000} s`, 'look at its log, and try again');
  try {
    return await Promise.race([looking, sleep(PATIENCE_MS, [late], { ref: false })]);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return [fault(error.message, 'give this user the right to describe cluster and topics')];
  }
}

function needsOfPlan(plan: Plan | null): Needs {
  return needsOf(plan ?? { ...NOTHING, name: '', file: '' });
}
