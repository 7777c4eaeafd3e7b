import type { DetectionDifference } from '../../compare/detections.ts';
import type { ComparisonResult, PairDifference, Single } from '../../compare/comparison.ts';
import type { ValueDifference } from '../../compare/json-difference.ts';

const SHOWN_CHARACTERS = 80;

/** What a comparison found, for people: at most `most` pairs and singles of each kind. */
export function differenceLines(
  { differences, onlyBefore, onlyAfter }: ComparisonResult,
  names: readonly [string, string],
  most: number,
): string[] {
  return [
    ...differences.slice(0, most).flatMap(pairLines),
    ...more(differences, most, 'pairs that differ'),
    ...singleLines(onlyBefore, names[0], most),
    ...singleLines(onlyAfter, names[1], most),
  ];
}

/** The sum of it, in two lines. */
export function summaryLines(result: ComparisonResult, [before, after]: readonly [string, string]): string[] {
  const { pairs, equal, differing, onlyBefore, onlyAfter, repeats } = result.count;
  const lines = [
    `${pairs} pairs: ${equal} equal, ${differing} differ; only in ${before} ${onlyBefore}, only in ${after} ${onlyAfter}`,
  ];
  if (repeats > 0) lines.push(`${repeats} repeats (of one ce_id in one topic) are left out`);
  const counts = detectionCounts(result);
  const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  if (told.length > 0) lines.push(`detections: ${told.join(', ')}`);
  return lines;
}

/** How many detections were lost, added, moved and so on. */
export function detectionCounts({ differences }: ComparisonResult): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { detections } of differences) for (const { what } of detections) counts[what] = (counts[what] ?? 0) + 1;
  return counts;
}

function pairLines({ id, before, after, detections, values }: PairDifference): string[] {
  return [`${id}  (${before}, ${after})`, ...detections.map(detectionLine), ...values.map(valueLine)];
}

function detectionLine(difference: DetectionDifference): string {
  switch (difference.what) {
    case 'lost':
    case 'added':
      return `  ${difference.what.padEnd(5)}  ${difference.label} ${scoreText(difference.score)} at ${boxText(difference.bbox)}`;
    case 'moved': {
      const { label, overlap, before, after } = difference;
      return `  moved  ${label} ${boxText(before)} -> ${boxText(after)}, overlap ${scoreText(overlap)}`;
    }
    case 'score':
      return `  score  ${difference.label} ${scoreText(difference.before)} -> ${scoreText(difference.after)}`;
    case 'label':
      return `  label  ${difference.before} -> ${difference.after} at ${boxText(difference.bbox)}`;
    case 'other':
      return `  other  ${difference.label} ${changeText(difference)}`;
  }
}

function valueLine(difference: ValueDifference): string {
  return `  ${changeText(difference)}`;
}

function changeText({ path, before, after }: ValueDifference): string {
  return `${path}: ${shown(before)} -> ${shown(after)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}

function scoreText(score: number): string {
  return score.toFixed(3);
}

function boxText(box: readonly number[]): string {
  return `[${box.map((one) => Math.round(one * 10) / 10).join(', ')}]`;
}

function singleLines(singles: readonly Single[], topic: string, most: number): string[] {
  const lines = singles.slice(0, most).map(({ id, place }) => `only in ${topic}: ${id}  (${place})`);
  return [...lines, ...more(singles, most, `only in ${topic}`)];
}

function more(all: readonly unknown[], most: number, what: string): string[] {
  return all.length > most ? [`... and ${all.length - most} more ${what} (--show ${all.length})`] : [];
}
