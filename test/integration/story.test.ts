import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { installedFolder, PageReader } from './page-reader.ts';

const PAGE = 'test/integration/story/story.md';
/** What it is to take at most, told rather than judged: machines differ. */
const GOAL_S = 120;

describe(PAGE, () => {
  test('is told as it was read', { timeout: 240_000 }, async () => {
    const directory = await installedFolder();
    const reader = new PageReader(PAGE, { directory, bootstrap: '' });
    const startedMs = performance.now();
    await reader.readAll(await readFile(PAGE, 'utf8'));
    process.stdout.write(`the story took ${Math.round((performance.now() - startedMs) / 1000)} s (goal ${GOAL_S} s)\n`);

    await expect(readable(reader.transcript, directory)).toMatchFileSnapshot('story/transcript.txt');
  });
});

/** Without what differs from run to run, and from machine to machine. */
function readable(transcript: string, directory: string): string {
  return transcript
    .replaceAll(directory, '<folder>')
    .replaceAll(/^npm (warn|notice).*\n/gm, '')
    .replaceAll(/file:\S+/g, 'file:<tapline>')
    .replaceAll(/Apache Kafka [\d.]+/g, 'Apache Kafka <version>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/process \d+/g, 'process <pid>')
    .replaceAll(/\d+ ms$/gm, '<n> ms')
    .replaceAll(/@\d+/g, '@<offset>')
    .replaceAll(/\d+ records\)/g, '<n> records)');
}
