import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UserError } from '../../errors/pipeline-error.ts';
import type { Plan } from '../../topology/plan.ts';
import type { TopologyChanger } from './topology-changer.ts';

const LARGEST_BODY = 16 * 1024 * 1024;

/** What `POST /plan` and `POST /apply` are sent: the plan that shall run, and the names of what may be destroyed. */
export interface ChangeRequest {
  readonly plan: Plan;
  readonly allow: readonly string[];
}

/** Why a change was refused, as `CODE sentence` is told to people. */
export interface ChangeRefusal {
  readonly code: UserError['code'];
  readonly message: string;
}

/** Who may change what runs, and through what. */
export interface ChangeDoor {
  readonly changer: TopologyChanger;
  /** Written in the note of the run, which only its user can read. */
  readonly token: string;
}

/** Answers `POST /plan` and `POST /apply` of whoever knows the token; false for any other request. */
export async function answerChange(
  { changer, token }: ChangeDoor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (request.method !== 'POST' || (request.url !== '/plan' && request.url !== '/apply')) return false;
  if (!isToken(request.headers.authorization ?? '', token)) {
    reply(response, 403, { message: 'only who started the topology may change it' });
    return true;
  }
  try {
    const { plan, allow } = JSON.parse(await bodyOf(request)) as ChangeRequest;
    reply(response, 200, request.url === '/plan' ? await changer.plan(plan) : await changer.apply(plan, allow));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    reply(response, 409, { code: error.code, message: error.message } satisfies ChangeRefusal);
  }
  return true;
}

function isToken(authorization: string, token: string): boolean {
  const [given, wanted] = [Buffer.from(authorization), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > LARGEST_BODY) throw new UserError('ARGUMENT_INVALID', 'a plan is never as large as this');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
