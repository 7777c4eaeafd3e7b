import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { UserError, messageOf } from '../../errors/pipeline-error.ts';
import { keptFile } from './kept-file.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The longest that browsers take from whoever makes certificates today. */
const VALID_DAYS = 397;
/** One that ends within this time is made anew. */
const RENEW_DAYS = 14;

/** What a TLS server shows and proves, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Certificate and key of the user's files. @throws UserError SOURCE_CERTIFICATE_UNUSABLE */
export async function readCertificate(
  files: Certificate,
  { source, baseDirectory }: { readonly source: string; readonly baseDirectory: string },
): Promise<Certificate> {
  try {
    const [cert, key] = await Promise.all(
      [files.cert, files.key].map((path) => readFile(resolve(baseDirectory, path), 'utf8')),
    );
    const read = { cert: cert ?? '', key: key ?? '' };
    createSecureContext(read);
    return read;
  } catch (cause) {
    throw new UserError(
      'SOURCE_CERTIFICATE_UNUSABLE',
      `source "${source}": ${files.cert} and ${files.key} are no certificate and its key: ${messageOf(cause)}; correct cert and key, or leave both out`,
      { cause },
    );
  }
}

/** The certificate this machine has made for itself; a new one where that ends soon or lacks one of its names. */
export async function ownCertificate(names: readonly string[], nowMs: number): Promise<Certificate> {
  const kept = keptFile('certificate.json');
  const before = parse(await kept.read());
  if (before && isGood(before, names, nowMs)) return before;
  const made = await makeCertificate(names, nowMs);
  await kept.replace(JSON.stringify(made));
  return made;
}

async function makeCertificate(names: readonly string[], nowMs: number): Promise<Certificate> {
  const { generate } = await import('selfsigned');
  const altNames = names.map((name) =>
    isIP(name) === 0 ? ({ type: 2, value: name } as const) : ({ type: 7, ip: name } as const),
  );
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'tapline browser-camera' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(nowMs + (VALID_DAYS - 1) * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { cert, key };
}

function parse(text: string | null): Certificate | null {
  try {
    const { cert, key } = JSON.parse(text ?? '{}') as Partial<Certificate>;
    return typeof cert === 'string' && typeof key === 'string' ? { cert, key } : null;
  } catch {
    return null; // damaged: a new one is made
  }
}

function isGood({ cert, key }: Certificate, names: readonly string[], nowMs: number): boolean {
  try {
    createSecureContext({ cert, key });
    const certificate = new X509Certificate(cert);
    const covers = (name: string): boolean =>
      (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
    return Date.parse(certificate.validTo) > nowMs + RENEW_DAYS * DAY_MS && names.every(covers);
  } catch {
    return false; // damaged: a new one is made
  }
}
