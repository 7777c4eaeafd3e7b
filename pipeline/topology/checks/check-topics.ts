import { errorAt, warningAt, type Finding, type Place } from '../finding.ts';
import type { Part, TopicUse } from '../graph.ts';
import { called, type LintContext } from '../lint-context.ts';
import { entriesAt, textAt } from '../located.ts';
import { parseSizeBytes } from '../size.ts';
import { didYouMean } from '../suggest.ts';
import { placeOfValue } from '../located.ts';

/** Topics that are read but provided by nobody, listed but unused, refused by Kafka, or dead letter topics of others. */
export function checkTopics(context: LintContext): readonly Finding[] {
  return [
    ...unknownTopics(context),
    ...unusedTopics(context),
    ...collidingTopics(context),
    ...deadLetterWriters(context),
    ...segmentsTooSmall(context),
  ];
}

function unknownTopics({ parts, root }: LintContext): readonly Finding[] {
  const provided = new Set([
    ...parts.flatMap(({ writes }) => writes.map(({ topic }) => topic)),
    ...deadLetterTopics(parts).keys(),
    ...entriesAt(root, ['topics']).keys(),
  ]);
  return parts.flatMap((part) =>
    part.reads.flatMap(({ topic, place }) => {
      if (provided.has(topic)) return [];
      const mend = didYouMean(topic, provided, `list it under topics: if others write it`);
      const message = `${called(part)} reads "${topic}", which nothing provides; ${mend}`;
      return [errorAt(place, { code: 'TOPOLOGY_UNKNOWN_TOPIC', message })];
    }),
  );
}

function unusedTopics({ parts, root }: LintContext): readonly Finding[] {
  const used = new Set([...usesOf(parts).map(({ topic }) => topic), ...deadLetterTopics(parts).keys()]);
  return [...entriesAt(root, ['topics'])].flatMap(([topic, { keyPlace }]) => {
    if (used.has(topic)) return [];
    const message = `topic "${topic}" is read and written by nothing; ${didYouMean(topic, used, 'remove it')}`;
    return [warningAt(keyPlace, { code: 'TOPOLOGY_UNUSED_TOPIC', message })];
  });
}

/** Kafka refuses a topic whose name differs from another only in "." and "_", as both become "_" in metrics. */
function collidingTopics({ parts, root }: LintContext): readonly Finding[] {
  const listed = [...entriesAt(root, ['topics'])].map(([topic, { keyPlace }]) => ({ topic, place: keyPlace }));
  const deadLetters = [...deadLetterTopics(parts)].map(([topic, { keyPlace }]) => ({ topic, place: keyPlace }));
  const first = new Map<string, TopicUse>();
  const told = new Set<string>();
  return [...listed, ...usesOf(parts), ...deadLetters].flatMap((use) => {
    const other = first.get(use.topic.replaceAll('.', '_'));
    if (!other) first.set(use.topic.replaceAll('.', '_'), use);
    if (!other || other.topic === use.topic || told.has(use.topic)) return [];
    told.add(use.topic);
    const message = `topic "${use.topic}" collides with "${other.topic}"${atLine(other.place, use.place)}, as Kafka takes "." and "_" for the same; rename one of them`;
    return [errorAt(use.place, { code: 'TOPOLOGY_TOPIC_COLLISION', message, related: other.place })];
  });
}

function deadLetterWriters({ parts }: LintContext): readonly Finding[] {
  const deadLetters = deadLetterTopics(parts);
  return parts.flatMap((part) =>
    part.writes.flatMap(({ topic, place }) => {
      const owner = deadLetters.get(topic);
      if (!owner) return [];
      const message = `${called(part)} writes "${topic}", where the dead letters of ${called(owner)} go; name another topic`;
      return [errorAt(place, { code: 'TOPOLOGY_DEAD_LETTER_TOPIC', message, related: owner.keyPlace })];
    }),
  );
}

function segmentsTooSmall({ root }: LintContext): readonly Finding[] {
  return [...entriesAt(root, ['topics']).keys()].flatMap((topic) => {
    const sizeOf = (key: string): number => parseSizeBytes(textAt(root, ['topics', topic, key]) ?? '');
    if (!(sizeOf('segmentBytes') < sizeOf('maxMessageBytes'))) return [];
    const message = `topic "${topic}": a segment of segmentBytes cannot hold a record of maxMessageBytes; raise segmentBytes`;
    const place = placeOfValue(root, ['topics', topic, 'segmentBytes']);
    return [errorAt(place, { code: 'TOPOLOGY_SEGMENT_TOO_SMALL', message })];
  });
}

function usesOf(parts: readonly Part[]): readonly TopicUse[] {
  return parts.flatMap(({ reads, writes }) => [...writes, ...reads]);
}

function deadLetterTopics(parts: readonly Part[]): ReadonlyMap<string, Part> {
  return new Map(
    parts.flatMap((part): [string, Part][] =>
      part.deadLetterTopic === undefined ? [] : [[part.deadLetterTopic, part]],
    ),
  );
}

/** ` at line 7`, ` at prod.yaml:7` from within another file, or nothing for a place without a line. */
export function atLine({ file, line }: Place, from: Place): string {
  if (line === 0) return '';
  return file === from.file ? ` at line ${line}` : ` at ${file}:${line}`;
}
