import { describe, expect, it } from 'vitest';
import { isPortTaken, startFailed } from '../../pipeline/broker/start-failure.ts';

const place = { end: 'it ended with exit code 1', logFile: '/p/broker.log', dataDirectory: '/p/data' };

describe('a broker that does not start', () => {
  it.each([
    [
      'Failed to acquire lock on file .lock in /p/data. A Kafka instance in another process or thread is using this directory.',
      'another process works in /p/data',
    ],
    [
      "Stored node id 7 doesn't match previous node id 1 in /p/data/meta.properties.",
      '/p/data was made by another Kafka cluster',
    ],
    ['java.io.IOException: No space left on device', 'the disk of /p/data is full; free some space'],
    ['java.lang.OutOfMemoryError: Java heap space', 'the memory does not suffice'],
  ])('"%s" is told in clear words', (line, words) => {
    const { code, message } = startFailed(`first\n${line}\n`, place);

    expect(code).toBe('BROKER_START_FAILED');
    expect(message).toContain(`the Kafka broker did not start: ${words}`);
    expect(message).toContain(line);
  });

  it('is told with how it ended and its last twelve lines where its words are not known', () => {
    const log = Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n');

    const [sentence, ...tail] = startFailed(log, place).message.split('\n');

    expect(sentence).toBe(
      'the Kafka broker did not start; it ended with exit code 1. Its last words are below, /p/broker.log has the rest',
    );
    expect(tail).toEqual(log.split('\n').slice(-12));
  });

  it('may have lost its port to somebody else', () => {
    const log = 'Socket server failed to bind to 127.0.0.1:9092: Address already in use.';

    expect(isPortTaken(log)).toBe(true);
    expect(isPortTaken('something else')).toBe(false);
  });
});
