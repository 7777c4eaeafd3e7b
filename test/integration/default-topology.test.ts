import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { frameMetaSchema } from '../../pipeline/frame/frame-meta.ts';
import { hasKcat } from './media.ts';
import { emptyDirectory, projectRoot, tapline } from './topology-run.ts';
import { until } from './until.ts';

const defaultTopology = join(projectRoot, 'topology.yaml');
/** No broker from outside: the command has to start its own. The viewer takes any free port. */
const alone = { KAFKA_BROKERS: undefined };

async function bootstrapOf(directory: string): Promise<string> {
  const status = await tapline({ args: ['status', '--json'], directory, env: alone });
  await status.ended;
  return (JSON.parse(status.lines.join('\n')) as { broker: { bootstrap: string } }).broker.bootstrap;
}

describe('up on a machine without a broker', () => {
  test('shows annotated frames in a browser, to kcat and in the status, and stops cleanly', async () => {
    const up = await tapline({ args: ['up', defaultTopology], env: alone });
    const address = /http:\S+/.exec(await up.line(/^viewer .*http/))![0];

    await until(async () => (await fetch(`${address}snapshot.jpg`)).ok, {
      what: 'a picture in the viewer',
      timeoutMs: 90_000,
    });
    const picture = Buffer.from(await (await fetch(`${address}snapshot.jpg`)).arrayBuffer());
    expect(picture.subarray(0, 3).toString('hex')).toBe('ffd8ff');

    await until(
      async () => (await up.status()).stages.every(({ recordsOut, workers }) => recordsOut > 0 && workers === 1),
      {
        what: 'every stage to have written',
      },
    );
    const status = await up.status();
    expect(status.stages.map(({ name, group }) => [name, group])).toEqual(
      ['decode', 'resize', 'detect', 'annotate', 'encode'].map((name) => [name, `street.${name}`]),
    );
    expect(status.stages.map(({ deadLetters, lost, restarts }) => [deadLetters, lost, restarts])).toEqual(
      Array(5).fill([0, 0, 0]),
    );
    const metrics = await (await fetch(status.metrics!)).text();
    expect(metrics).toMatch(/tapline_records_out_total\{.*name="encode".*\} [1-9]/);

    expect(await up.stop()).toBe(0);
    expect(up.lines.filter((line) => /\bdied\b|error/.test(line))).toEqual([]);
    await expect(fetch(address)).rejects.toThrow();
    expect(
      (await tapline({ args: ['down'], directory: up.directory, env: alone }).then(({ ended }) => ended)) ?? 1,
    ).toBe(0);
  });

  test.skipIf(!hasKcat)(
    'lets kcat read pictures with all their headers off frames.annotated (skips without kcat)',
    async () => {
      const up = await tapline({ args: ['up', defaultTopology], env: alone });
      await up.line(/^viewer .*http/);
      await until(async () => (await up.status()).stages.at(-1)!.recordsOut > 3, {
        what: 'annotated frames',
        timeoutMs: 90_000,
      });
      const bootstrap = await bootstrapOf(up.directory);

      const one = ['-b', bootstrap, '-C', '-t', 'frames.annotated', '-o', 'beginning', '-c', '1', '-e', '-q'];
      const value = spawnSync('kcat', [...one, '-f', '%s'], { maxBuffer: 64 * 1024 * 1024 }).stdout;
      const key = spawnSync('kcat', [...one, '-f', '%k']).stdout.toString();
      const headers = spawnSync('kcat', [...one, '-f', '%h']).stdout.toString();

      expect(value.subarray(0, 3).toString('hex')).toBe('ffd8ff');
      expect(value.subarray(-2).toString('hex')).toBe('ffd9');
      expect(key).toBe('camera');
      expect(headers).toContain('content-type=image/jpeg');
      expect(headers).toMatch(/ce_id=camera-[^/]+\/encode/);
      expect(headers).toContain('ce_specversion=1.0');
      expect(headers).toMatch(/traceparent=00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]/);
      const meta = frameMetaSchema.parse(JSON.parse(/frame-meta=(\{.*\})(,\w[\w-]*=|$)/.exec(headers)![1]!));
      expect(meta.stages.map(({ name }) => name)).toEqual(['decode', 'resize', 'detect', 'annotate', 'encode']);
      expect(meta.frame.width).toBe(640);
    },
  );

  test('a second up replaces the first, keeps the broker and the offsets, and down stops all', async () => {
    const directory = await emptyDirectory();
    const first = await tapline({ args: ['up', defaultTopology], directory, env: alone });
    await first.line(/^viewer .*http/);
    await until(async () => (await first.status()).stages[0]!.recordsIn > 5, { what: 'frames', timeoutMs: 90_000 });
    const broker = await bootstrapOf(directory);

    const second = await tapline({
      args: ['up', defaultTopology, '--set', 'sources.camera.with.fps=2'],
      directory,
      env: alone,
    });
    expect(await first.ended).toBe(0);
    await second.line(/already runs/);
    await second.line(/^viewer .*http/);
    expect(await bootstrapOf(directory)).toBe(broker);

    const down = await tapline({ args: ['down'], directory, env: alone });
    expect(await down.ended).toBe(0);
    expect(await second.ended).toBe(0);
    expect(down.lines).toEqual(expect.arrayContaining([expect.stringContaining('"street" stopped'), 'broker stopped']));
    const status = await tapline({ args: ['status'], directory, env: alone });
    expect(await status.ended).toBe(1);
  });
});
