import type { ConsumerRecord } from '../../../pipeline/index.ts';
import { NoAnswerError, type Answer, type AnswerReader, type Framing, type READY } from './framing.ts';
import { plainValue, readAnswer } from './read-answer.ts';
import { fieldsOf, textOf } from './record-fields.ts';

const NEWLINE = 10;
const SHOWN_CHARACTERS = 80;

/** A JSON line for each record, a JSON line for each answer. */
export const jsonFraming: Framing = {
  name: 'json',
  request: (id, record) => [Buffer.from(`${requestLine(id, record)}\n`)],
  createReader: () => new LineReader(),
};

/** Values that are JSON travel as they are written, so that no digit of a number is lost on the way in. */
function requestLine(id: number, record: ConsumerRecord): string {
  const head = JSON.stringify({ id, ...fieldsOf(record) });
  return `${head.slice(0, -1)},${valueField(record.value)}}`;
}

function valueField(value: Buffer | null): string {
  if (value === null) return '"value":null';
  const text = textOf(value);
  if (text === null) return `"valueBase64":"${value.toString('base64')}"`;
  return `"value":${jsonOf(text) ?? JSON.stringify(text)}`;
}

/** The text, on one line, where it is JSON that cannot be taken for plain text or for nothing. */
function jsonOf(text: string): string | null {
  if (!/^\s*[[{\dtf-]/.test(text)) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return /[\r\n\u2028\u2029]/.test(text) ? JSON.stringify(parsed) : text;
  } catch {
    return null; // plain text that begins like JSON
  }
}

class LineReader implements AnswerReader {
  #begun: Buffer[] = [];

  push(piece: Buffer): readonly (Answer | typeof READY)[] {
    const answers: (Answer | typeof READY)[] = [];
    let rest = piece;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      const line = Buffer.concat([...this.#begun, rest.subarray(0, end)]).toString();
      this.#begun = [];
      rest = rest.subarray(end + 1);
      if (line.trim() !== '') answers.push(answerIn(line));
    }
    if (rest.length > 0) this.#begun.push(rest);
    return answers;
  }
}

function answerIn(line: string): Answer | typeof READY {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new NoAnswerError(`a line that is no JSON: ${line.slice(0, SHOWN_CHARACTERS)}`);
  }
  return readAnswer(parsed, plainValue);
}
