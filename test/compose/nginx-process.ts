import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { answersAt, freePorts } from '../../pipeline/broker/free-port.ts';
import { emptyDirectory, projectRoot } from '../integration/topology-run.ts';
import { until } from '../integration/until.ts';

export const hasNginx = spawnSync('nginx', ['-v']).error === undefined;

export interface Behind {
  readonly viewer: number;
  readonly camera: number;
}

/** NGINX with the file of compose/, its ports, certificate and password (me, pass) made for this test. */
export async function startNginx({
  viewer,
  camera,
}: Behind): Promise<{ readonly address: URL; readonly plain: number }> {
  const directory = await emptyDirectory();
  const { port: tls, controllerPort: plain } = await freePorts(0);
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'camera.example' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  });
  const at = (name: string): string => join(directory, name);
  await writeFile(at('cert.pem'), made.cert);
  await writeFile(at('key.pem'), made.private);
  await writeFile(at('htpasswd'), 'me:{PLAIN}pass\n');
  await mkdir(at('tmp'));
  const filled = [
    ['127.0.0.1:8080', `127.0.0.1:${viewer}`],
    ['127.0.0.1:8091', `127.0.0.1:${camera}`],
    ['listen 80;', `listen 127.0.0.1:${plain};`],
    ['listen 443 ssl;', `listen 127.0.0.1:${tls} ssl;`],
    ['/etc/nginx/tls/camera.example.pem', at('cert.pem')],
    ['/etc/nginx/tls/camera.example.key', at('key.pem')],
    ['auth_basic_user_file /etc/nginx/tapline.htpasswd', `auth_basic_user_file ${at('htpasswd')}`],
  ] as const;
  const site = filled.reduce(
    (text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    },
    await readFile(join(projectRoot, 'compose/nginx/tapline.conf'), 'utf8'),
  );
  await writeFile(at('site.conf'), site);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${at('tmp')}/${name};`)
    .join(' ');
  await writeFile(
    at('nginx.conf'),
    `user root; daemon off; worker_processes 1; pid ${at('nginx.pid')};
     events {} http { access_log off; ${temporary} include ${at('site.conf')}; }`,
  );
  const child = spawn('nginx', ['-p', directory, '-e', 'stderr', '-c', at('nginx.conf')], { stdio: 'pipe' });
  const words: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => words.push(chunk.toString()));
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(words.join(''));
      return answersAt(tls);
    },
    { what: () => `nginx to listen: ${words.join('')}` },
  );
  return { address: new URL(`https://127.0.0.1:${tls}`), plain };
}
