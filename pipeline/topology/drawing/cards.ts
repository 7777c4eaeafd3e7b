import { formatDuration } from '../duration.ts';
import type { ErrorPolicy, SourcePlan, StageErrorPolicy, StagePlan, TapPlan } from '../plan.ts';
import { formatSize } from '../size.ts';
import { partAnchor, topicAnchor } from './anchors.ts';
import { code, factList, links, optionFacts, type Fact } from './facts.ts';
import { typeName } from './flow-graph.ts';
import { markup, type Content, type Markup } from './markup.ts';

interface Card {
  readonly kind: 'source' | 'stage' | 'tap';
  readonly name: string;
  readonly type: string;
  readonly facts: readonly Fact[];
  readonly options: unknown;
}

/** All that the plan says of a source. */
export function sourceCard(source: SourcePlan): Markup {
  const { name, type, to, endless, live, positions, maxUnderWay, buffer, deadLetterTopic, options } = source;
  const facts: readonly Fact[] = [
    ['to', topicLinks([to])],
    ['nature', `${live ? 'live, ' : ''}${endless ? 'endless' : 'finite'}`],
    ['positions', positions && topicLinks([positions.topic])],
    ['transactional id', positions && code(positions.transactionalId)],
    ['pauses', endless ? null : `while ${maxUnderWay} records are under way`],
    ['buffers', live ? `${buffer.records} records, ${formatSize(buffer.bytes)} while the broker is away` : null],
    ['dead letters', topicLinks([deadLetterTopic])],
  ];
  return card({ kind: 'source', name, type, facts, options });
}

/** All that the plan says of a stage. */
export function stageCard(stage: StagePlan): Markup {
  const { name, process, from, group, guarantee, replicas, concurrency, order, batch, timeoutMs, options } = stage;
  const linger = batch.lingerMs > 0 ? `, lingers ${formatDuration(batch.lingerMs)}` : '';
  const facts: readonly Fact[] = [
    ['from', topicLinks(from)],
    ['to', outputs(stage)],
    ['group', code(group)],
    ['guarantee', markup`<span class="badge ${guarantee}">${guarantee}</span>`],
    ['delivery', delivery(stage)],
    ['replicas', `${replicas}`],
    ['concurrency', concurrency === null ? 'as the processor asks' : `${concurrency} records`],
    ['order', order],
    ['batch', `${batch.records} records, ${formatSize(batch.bytes)}${linger}`],
    ['time-out', formatDuration(timeoutMs)],
    ['on error', errorPolicy(stage.onError)],
    ['stores', stores(stage)],
    ['dead letters', topicLinks([stage.deadLetterTopic])],
  ];
  return card({ kind: 'stage', name, type: process, facts, options });
}

/** All that the plan says of a tap. */
export function tapCard(tap: TapPlan): Markup {
  const { name, sink, on, group, mode, where, select, sample, rate, onError, deadLetterTopic, options } = tap;
  const facts: readonly Fact[] = [
    ['on', topicLinks([on])],
    ['group', code(group)],
    ['mode', mode],
    ['where', where === null ? null : code(where)],
    ['select', select === null ? null : code(select)],
    ['sample', sample === null ? null : `${sample}`],
    ['rate', rate === null ? null : `${rate} records a second`],
    ['on error', errorPolicy(onError)],
    ['dead letters', topicLinks([deadLetterTopic])],
  ];
  return card({ kind: 'tap', name, type: sink, facts, options });
}

function card({ kind, name, type, facts, options }: Card): Markup {
  const given = optionFacts(options);
  const with_ = given.length > 0 ? markup`<h4>with</h4>\n${factList(given)}` : markup``;
  return markup`<article class="card ${kind}" id="${partAnchor(kind, name)}">
<h3>${name} <small>${typeName(type)}</small></h3>
${factList(facts)}${with_}</article>
`;
}

function topicLinks(topics: readonly string[]): Content | null {
  return links(topics, topicAnchor);
}

function outputs({ to }: StagePlan): Content | null {
  const entries = Object.entries(to);
  if (entries.length === 0) return 'nothing';
  return entries.map(([output, topic], index) => [
    index > 0 ? ', ' : '',
    output === 'default' ? '' : `${output}: `,
    topicLinks([topic]) ?? '',
  ]);
}

function delivery({ delivery: chosen, maxAgeMs, from, maxIdleMs }: StagePlan): string {
  const within = maxAgeMs === null ? '' : ` within ${formatDuration(maxAgeMs)}`;
  const idle = from.length > 1 ? `, inputs wait ${formatDuration(maxIdleMs)} for each other` : '';
  return `${chosen}${within}${idle}`;
}

function stores({ changelogs, stateMeaning, state }: StagePlan): Content | null {
  const names = Object.entries(changelogs);
  if (names.length === 0) return null;
  const items = names.map(([store, changelog]) => {
    const type = stateMeaning?.stores[store] ?? 'store';
    return markup`<li>${store} <small>${type}, in ${state}</small><br>${topicLinks([changelog]) ?? ''}</li>`;
  });
  return markup`<ul>${items}</ul>`;
}

function errorPolicy(policy: ErrorPolicy | StageErrorPolicy): string {
  const { retries, backoffMs, then } = policy;
  const first = retries === 0 ? 'no retries' : `${retries} retries from ${formatDuration(backoffMs)} on`;
  const last = { deadLetter: 'dead letter', fail: 'the worker stops', skip: 'skipped' }[then];
  if (!('crashes' in policy)) return `${first}, then ${last}`;
  const deaths = policy.crashes === 0 ? 'never' : `after ${policy.crashes} deaths of its worker`;
  return `${first}, then ${last}; ${deaths === 'never' ? 'deaths of its worker do not count' : deaths}; its ${policy.scope} waits`;
}
