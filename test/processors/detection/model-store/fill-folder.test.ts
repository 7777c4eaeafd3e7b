import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillFolder, type FillRequest } from '../../../../processors/detection/model-store/fill-folder.ts';
import { httpSource } from '../../../../processors/detection/model-store/http-source.ts';
import { CONTENTS, FILES, deadAddress, serveFiles, type FileServer } from './file-server.ts';

const TOTAL_BYTES = FILES.reduce((sum, { bytes }) => sum + bytes, 0);

let directory: string;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'tapline-model-')), 'models', 'tested');
});

afterEach(() => rm(join(directory, '../..'), { recursive: true, force: true }));

const fillFrom = (servers: readonly FileServer[], more: Partial<FillRequest> = {}): Promise<number> =>
  fillFolder({ directory, files: FILES, sources: servers.map(({ address }) => httpSource(address)), ...more });

async function expectWhole(): Promise<void> {
  expect((await readdir(directory)).toSorted()).toEqual([...CONTENTS.keys()].toSorted());
  for (const [name, content] of CONTENTS) expect(content.equals(await readFile(join(directory, name)))).toBe(true);
}

describe('filling the folder of a model', () => {
  it('fetches every file and tells how far it is', async () => {
    await using server = await serveFiles();
    const told: number[] = [];

    const fetched = await fillFrom([server], { onProgress: ({ receivedBytes }) => told.push(receivedBytes) });

    await expectWhole();
    expect(fetched).toBe(TOTAL_BYTES);
    expect(told.at(0)).toBe(0);
    expect(told.at(-1)).toBe(TOTAL_BYTES);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  it('needs no network once it is full', async () => {
    {
      await using server = await serveFiles();
      await fillFrom([server]);
    }

    const fetched = await fillFolder({ directory, files: FILES, sources: [httpSource(await deadAddress())] });

    expect(fetched).toBe(0);
    await expectWhole();
  });

  it.each([
    ['other bytes of the same length', Buffer.alloc(70_000, 'x')],
    ['half of its bytes', Buffer.alloc(35_000, 'a')],
    ['no bytes', Buffer.alloc(0)],
  ])('fetches a file that holds %s anew, that one alone, and warns', async (_, content) => {
    await using server = await serveFiles();
    await fillFrom([server]);
    await writeFile(join(directory, 'a'), content);
    const warnings: string[] = [];

    await fillFrom([server], { onWarning: (sentence) => warnings.push(sentence) });

    await expectWhole();
    expect(warnings).toEqual([`${join(directory, 'a')} is damaged; fetching it anew`]);
    expect(server.asked).toEqual(['model.json', 'a', 'b', 'a']);
  });

  it('asks the next source only for what the first did not deliver whole', async () => {
    await using cut = await serveFiles((response, content, name) => {
      if (name !== 'a') return void response.end(content);
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000), () => response.destroy());
    });
    await using whole = await serveFiles();

    await fillFrom([cut, whole]);

    await expectWhole();
    expect(whole.asked).toEqual(['a', 'b']);
  });

  it.each([
    ['other bytes than expected', (content: Buffer) => Buffer.alloc(content.length, 'x')],
    ['more bytes than expected', (content: Buffer) => Buffer.concat([content, content])],
    ['fewer bytes than expected', (content: Buffer) => content.subarray(1)],
  ])('puts nothing in place of a source that sends %s', async (_, spoil) => {
    await using server = await serveFiles((response, content) => response.end(spoil(content)));

    await expect(fillFrom([server])).rejects.toMatchObject({ code: 'MODEL_NOT_AVAILABLE' });

    expect(await readdir(directory)).toEqual([]);
  });

  it('names the folder, every reason and both remedies where no source delivers', async () => {
    await using empty = await serveFiles((response) => response.writeHead(503).end());
    const dead = await deadAddress();
    const sources = [httpSource(dead), httpSource(empty.address)];

    const failure = fillFolder({ directory, files: FILES, sources });

    await expect(failure).rejects.toMatchObject({ code: 'MODEL_NOT_AVAILABLE', retriable: true });
    await expect(failure).rejects.toThrow(directory);
    await expect(failure).rejects.toThrow(`${dead.host}: connect ECONNREFUSED`);
    await expect(failure).rejects.toThrow(/503/);
    await expect(failure).rejects.toThrow('npm run models:pull');
    await expect(failure).rejects.toThrow('copy its files into that folder');
  });

  it('goes on to the next source when one stays silent', async () => {
    await using silent = await serveFiles(() => undefined);
    await using whole = await serveFiles();
    const sources = [httpSource(silent.address, { answerMs: 20, stallMs: 20 }), httpSource(whole.address)];

    await fillFolder({ directory, files: FILES, sources });

    await expectWhole();
  });

  it('ends well for four that fill the same folder at once', async () => {
    await using server = await serveFiles();

    await Promise.all([1, 2, 3, 4].map(() => fillFrom([server])));

    await expectWhole();
  });

  it('stops at once when it is told to, and leaves only whole files', async () => {
    const stopping = new AbortController();
    await using server = await serveFiles((response, content, name) => {
      if (name !== 'a') return void response.end(content);
      response.write(content.subarray(0, 1000), () => stopping.abort(new Error('enough')));
    });

    await expect(fillFrom([server], { signal: stopping.signal })).rejects.toThrow('enough');

    expect(await readdir(directory)).toEqual(['model.json']);
  });

  it('clears away what a killed download left long ago, and leaves one that is under way alone', async () => {
    const [old, young] = ['.fetching-old', '.fetching-young'].map((name) => join(directory, name)) as [string, string];
    for (const folder of [old, young]) await mkdir(folder, { recursive: true });
    const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60_000);
    await utimes(old, twoHoursAgo, twoHoursAgo);
    await using server = await serveFiles();

    await fillFrom([server]);

    expect((await readdir(directory)).toSorted()).toEqual(['.fetching-young', ...[...CONTENTS.keys()].toSorted()]);
  });

  it('says whose fault it is when the folder cannot be', async () => {
    await using server = await serveFiles();
    await mkdir(join(directory, '..'), { recursive: true });
    await writeFile(directory, 'a file is in the way');

    await expect(fillFrom([server])).rejects.toMatchObject({ name: 'UserError', code: 'MODEL_FOLDER_UNUSABLE' });
  });
});
