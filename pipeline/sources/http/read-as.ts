import { messageOf } from '../../errors/pipeline-error.ts';
import { isJsonType } from '../../ports/json-type.ts';
import { contentTypeOf } from '../content-type.ts';
import { BadAnswerError } from './bad-answer.ts';
import type { Answer } from './poll.ts';

/** What an answer can be. */
export type AnswerForm = 'json' | 'text' | 'picture';

const TEXT_TYPE = /^text\/|^application\/(.+\+)?(xml|yaml|x-yaml|x-ndjson|javascript)\b/i;
const PICTURE_TYPE = /^image\//i;

/** An answer that has been found to be what it should. */
export interface ReadAnswer {
  readonly form: AnswerForm;
  readonly contentType: string;
}

/**
 * Checks that an answer is what was asked for; `auto` takes what its content type says.
 * @throws BadAnswerError SOURCE_BAD_ANSWER
 */
export function readAs(as: AnswerForm | 'auto', answer: Answer, url: string): ReadAnswer {
  const form = as === 'auto' ? formOf(answer.contentType) : as;
  const fault = form === null ? 'neither JSON nor text nor a picture' : FAULTS[form](answer);
  if (form === null || fault !== null) {
    const served = answer.contentType === '' ? 'no content type' : answer.contentType;
    const message = `${url} answered with ${served}, which is ${fault ?? 'nothing known'}; set as: to what it serves`;
    throw new BadAnswerError('SOURCE_BAD_ANSWER', message, { raw: answer.bytes });
  }
  if (form === 'picture') return { form, contentType: contentTypeOf(answer.bytes) };
  if (form === 'json') return { form, contentType: 'application/json' };
  return { form, contentType: answer.contentType || 'text/plain; charset=utf-8' };
}

function formOf(contentType: string): AnswerForm | null {
  if (isJsonType(contentType)) return 'json';
  if (PICTURE_TYPE.test(contentType)) return 'picture';
  return TEXT_TYPE.test(contentType) ? 'text' : null;
}

const FAULTS: Readonly<Record<AnswerForm, (answer: Answer) => string | null>> = {
  json: ({ bytes }) => {
    try {
      JSON.parse(bytes.toString());
      return null;
    } catch (error) {
      return `no JSON (${messageOf(error)})`;
    }
  },
  text: ({ contentType }) =>
    contentType === '' || TEXT_TYPE.test(contentType) || isJsonType(contentType) ? null : 'no text',
  picture: ({ bytes }) => (contentTypeOf(bytes).startsWith('image/') ? null : 'no picture'),
};
