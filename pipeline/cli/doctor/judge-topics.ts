import type { TopicVerdict } from '../../ports/admin.ts';
import type { MissingRight } from '../../ports/inspector.ts';
import { judgeOf, type Check } from './check.ts';
import type { Needs } from './needs.ts';

/** Judges the topics that are there by what provisioning would do with them. */
export function judgeTopics(verdicts: readonly TopicVerdict[]): Check[] {
  const of = (wanted: TopicVerdict['verdict']): TopicVerdict[] => verdicts.filter(({ verdict }) => verdict === wanted);
  const missing = of('created').map(({ topic }) => topic);
  const asPlanned = of('unchanged').filter(({ notes }) => notes.length === 0);
  const { ok } = judgeOf('topics', 'topics');
  return [
    ...(asPlanned.length > 0 ? [ok(`${asPlanned.length} are there as planned`)] : []),
    ...(missing.length > 0 ? [ok(`${missing.length} are not there; \`up\` creates them: ${missing.join(', ')}`)] : []),
    ...of('unchanged').flatMap(({ topic, notes }) => notes.map((note) => differs(topic, note))),
    ...of('altered').flatMap(({ topic, notes }) => notes.map((note) => willChange(topic, note))),
    ...of('conflict').flatMap(({ topic, notes: [conflict = ''] }) => inConflict(topic, conflict)),
  ];
}

/** What this user may not do of what the topology does. */
export function judgeRights(missing: readonly MissingRight[]): Check[] {
  const what = 'rights';
  if (missing.length === 0) return [judgeOf('topics', what).ok('all that the topology does is allowed')];
  return missing.map((right) =>
    judgeOf('topics', what).fault(
      `this user may not ${right}`,
      'have whoever runs the broker allow it (kafka-acls), or use another user in KAFKA_SASL_USERNAME',
    ),
  );
}

/** What those have to know who read what transactions write. */
export function judgeReaders({ exactlyOnce }: Needs): Check[] {
  if (exactlyOnce.length === 0) return [];
  const { ok } = judgeOf('readers', 'read_committed');
  return [
    ok(
      `${[...new Set(exactlyOnce.flatMap(({ topics }) => topics))].join(', ')} are written in transactions; tapline's own stages, taps and commands read committed records only`,
      'set isolation.level=read_committed in other readers (kcat -X isolation.level=read_committed), or they see aborted records too',
    ),
  ];
}

function differs(topic: string, note: string): Check {
  return judgeOf('topics', topic).ok(note, 'write the number you want in the topology, and `up` makes it so');
}

function willChange(topic: string, note: string): Check {
  return judgeOf('topics', topic).warning(
    note.replaceAll(', now ', ', will be '),
    'nothing to do: `up` changes it; keep what is there by writing it in the topology',
  );
}

function inConflict(topic: string, conflict: string): Check[] {
  const [found = '', mend = 'write in the topology what the topic has'] = conflict.split('; ');
  return [judgeOf('topics', topic).fault(found, mend)];
}
