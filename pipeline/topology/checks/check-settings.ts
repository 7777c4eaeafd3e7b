import { errorAt, warningAt, type Finding, type Place } from '../finding.ts';
import { optionsOf, type Part } from '../graph.ts';
import { called, type LintContext } from '../lint-context.ts';
import { nodeAt, placeOfKey, placeOfValue, textAt } from '../located.ts';
import { numberAt, partitionCountOf } from '../partition-count.ts';
import { atLine } from './check-topics.ts';
import { defaultsSpec } from '../spec.ts';

/** Settings of single parts: replicas without work, settings without effect, expressions, ports. */
export function checkSettings(context: LintContext): readonly Finding[] {
  const { parts } = context;
  return [
    ...parts.flatMap((part) => [
      ...idleReplicas(part, context),
      ...maxAgeWithoutLatest(part, context),
      ...latestExactlyOnce(part, context),
      ...badExpressions(part, context),
    ]),
    ...takenPorts(context),
  ];
}

function idleReplicas(part: Part, { root }: LintContext): readonly Finding[] {
  if (part.kind !== 'stage' || part.reads.length === 0) return [];
  const path = [...part.path, 'replicas'];
  const fallback = ['defaults', 'replicas'];
  const replicas = numberAt(root, path) ?? numberAt(root, fallback) ?? defaultsSpec.parse({}).replicas;
  const most = Math.max(...part.reads.map(({ topic }) => partitionCountOf(root, topic)));
  if (replicas <= most) return [];
  const place = nodeAt(root, path) ? placeOfValue(root, path) : placeOfValue(root, fallback);
  const noun = most === 1 ? 'partition' : 'partitions';
  const message = `${called(part)} has ${replicas} replicas but its input only ${most} ${noun}, so ${replicas - most} will idle; raise the partitions or lower the replicas`;
  return [warningAt(place, { code: 'TOPOLOGY_IDLE_REPLICAS', message })];
}

function maxAgeWithoutLatest(part: Part, { root }: LintContext): readonly Finding[] {
  const path = [...part.path, 'maxAge'];
  const delivery = textAt(root, [...part.path, 'delivery']) ?? 'every';
  if (part.kind !== 'stage' || !nodeAt(root, path) || delivery !== 'every') return [];
  const message = `${called(part)}: maxAge has no effect without delivery: latest; remove it or set delivery: latest`;
  return [warningAt(placeOfKey(root, path), { code: 'TOPOLOGY_NO_EFFECT', message })];
}

/** What is skipped on purpose cannot be there exactly once. */
function latestExactlyOnce(part: Part, { root }: LintContext): readonly Finding[] {
  const path = [...part.path, 'delivery'];
  const guarantee = textAt(root, [...part.path, 'guarantee']) ?? textAt(root, ['defaults', 'guarantee']);
  if (part.kind !== 'stage' || guarantee !== 'exactly-once' || textAt(root, path) !== 'latest') return [];
  const message = `${called(part)}: delivery: latest skips records, which guarantee: exactly-once promises not to; set guarantee: at-least-once for this stage or delivery: every`;
  return [errorAt(placeOfValue(root, path), { code: 'TOPOLOGY_CONTRADICTION', message })];
}

function badExpressions(part: Part, { root, checkExpression }: LintContext): readonly Finding[] {
  if (part.kind !== 'tap') return [];
  return ['where', 'select'].flatMap((key) => {
    const expression = textAt(root, [...part.path, key]);
    const fault = expression === undefined || expression === '' ? null : checkExpression(expression);
    if (!fault) return [];
    const message = `${called(part)}: ${key} is not valid JSONata, ${fault.message}; correct the expression`;
    return [errorAt(placeOfValue(root, [...part.path, key]), { code: 'TOPOLOGY_BAD_EXPRESSION', message })];
  });
}

/** Two sources or taps that listen on one port; port 0 takes any. */
function takenPorts({ root, registry, parts }: LintContext): readonly Finding[] {
  const first = new Map<number, { readonly part: Part; readonly place: Place }>();
  return parts.flatMap((part) => {
    const port = part.kind !== 'stage' ? portOf(optionsOf(root, part, registry)) : 0;
    const place = placeOfValue(root, [...part.path, 'with', 'port']);
    const other = first.get(port);
    if (!other && port > 0) first.set(port, { part, place });
    if (!other) return [];
    const message = `${called(part)} wants port ${port}, which ${called(other.part)} takes${atLine(other.place, place)}; give one of them another port`;
    return [errorAt(place, { code: 'TOPOLOGY_PORT_TAKEN', message, related: other.place })];
  });
}

function portOf(options: unknown): number {
  const port = typeof options === 'object' && options !== null && 'port' in options ? options.port : undefined;
  return typeof port === 'number' ? port : 0;
}
