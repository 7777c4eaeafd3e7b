import type { ErrorCode } from './catalogue.ts';

/** Where something happened; every field that is known. */
export interface Where {
  readonly stage?: string;
  readonly task?: string;
  readonly processor?: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: bigint | string;
}

export interface PipelineErrorOptions {
  readonly where?: Where;
  readonly cause?: unknown;
}

const BRAND = Symbol.for('tapline.PipelineError');

/** Root of every error tapline throws: a catalogued code, one sentence with thing, place and mend, and the place as data. */
export class PipelineError extends Error {
  readonly code: ErrorCode;
  readonly where: Where;
  readonly [BRAND] = true;

  /** TypeScript modules of the user are loaded with a copy of this file of their own: equal names count as well. */
  static override [Symbol.hasInstance](thrown: unknown): boolean {
    if (Function.prototype[Symbol.hasInstance].call(this, thrown)) return true;
    return typeof thrown === 'object' && thrown !== null && BRAND in thrown && classNamesOf(thrown).includes(this.name);
  }

  /** Whether doing the same again may succeed. */
  get retriable(): boolean {
    return false;
  }

  constructor(code: ErrorCode, message: string, { where = {}, cause }: PipelineErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.where = where;
  }
}

/** Whether doing the same again, also in a process of its own, cannot succeed. */
export function isFinal(error: unknown): boolean {
  return error instanceof PipelineError && !error.retriable;
}

/** Reaction: try again, later. */
export class RetriableError extends PipelineError {
  override get retriable(): boolean {
    return true;
  }
}

/** Reaction: try again until it works, however often: what is needed outside is away, and no record is to blame. */
export class OutsideAwayError extends RetriableError {}

/** Reaction: forget what the task made and holds, and begin anew. */
export class TaskLost extends RetriableError {}

/** What became of a transaction is unknown, or another one has taken over: ask the group how far it has come. */
export class TransactionLost extends TaskLost {}

/** Reaction: this record can never be processed; dead letter at once. */
export class PoisonRecordError extends PipelineError {}

/** Reaction: a mistake in what the user gave (file, option, argument, environment); exit code 2. */
export class UserError extends PipelineError {}

/** Reaction: the worker cannot go on; it ends and its supervisor decides. */
export class FatalError extends PipelineError {}

/** The sentence of any thrown thing. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function classNamesOf(value: object): readonly string[] {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null ? [] : [prototype.constructor.name, ...classNamesOf(prototype)];
}
