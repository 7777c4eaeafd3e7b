import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../pipeline/errors/pipeline-error.ts';
import { startViewer, textAt } from './viewer-harness.ts';

/** Status of a request whose Host header is ours to choose. */
async function statusWithHost(port: number, host: string): Promise<number | undefined> {
  const request = httpRequest({ port, host: '127.0.0.1', headers: { host }, agent: false }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('guards of the viewer', () => {
  it('answers to the names of this machine alone when bound to loopback', async () => {
    const { port } = await startViewer();

    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST']) {
      expect([host, await statusWithHost(port, host)]).toEqual([host, 200]);
    }
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80']) {
      expect([host, await statusWithHost(port, host)]).toEqual([host, 403]);
    }
  });

  it('answers to any name when opened to the network', async () => {
    const { port } = await startViewer({ host: '0.0.0.0' });

    expect(await statusWithHost(port, 'camera.home')).toBe(200);
  });

  it('shows nothing to who does not know its token', async () => {
    const { url } = await startViewer({ host: '0.0.0.0', token: 'a-long-secret' });

    for (const path of ['/', '/stream.mjpg', '/snapshot.jpg', '/state.json', '/?token=another-secret'])
      expect([path, (await fetch(url(path), { redirect: 'manual' })).status]).toEqual([path, 401]);
    const authorization = 'Bearer a-long-secret';
    expect((await fetch(url('/state.json'), { headers: { authorization } })).status).toBe(200);
  });

  it('forbids foreign scripts, frames and guessed types on every answer', async () => {
    const { url } = await startViewer();

    for (const path of ['/', '/viewer.js', '/nothing', '/snapshot.jpg', '/healthz']) {
      const { headers } = await fetch(url(path));
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    }
  });

  it('escapes its title, and needs nothing from elsewhere', async () => {
    const { url } = await startViewer({ title: '<script>alert("1")</script>' });

    const files = await Promise.all(
      ['/', '/viewer.css', '/viewer.js'].map(async (path) => (await textAt(url(path)))[1]),
    );

    expect(files[0]).toContain('<h1>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</h1>');
    expect(files.join('')).not.toMatch(/https?:\/\//);
  });
});

describe('port of the viewer', () => {
  it('fails with the port and the mend where the port asked for is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const attempt = startViewer({ port });

    await expect(attempt).rejects.toBeInstanceOf(UserError);
    await expect(attempt).rejects.toMatchObject({
      code: 'SINK_PORT_BUSY',
      message: `tap "watch": port ${port} is taken on 127.0.0.1; choose another (with: { port: ${port + 1} }) or stop the program that has it`,
    });
    other.close();
  });

  it('is 8080 or the next free one where none is asked for', async () => {
    const first = await startViewer({ port: undefined });
    const second = await startViewer({ port: undefined });

    expect(first.port).toBeGreaterThanOrEqual(8080);
    expect(second.port).toBeGreaterThan(first.port);
  });

  it('fails clearly on an address that is not of this machine', async () => {
    await expect(startViewer({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'SINK_ADDRESS_UNUSABLE' });
  });
});
