import { NoAnswerError, type Answer, type AnswerReader, type Framing, type READY } from './framing.ts';
import { plainValue, readAnswer, type ReadValue } from './read-answer.ts';
import { fieldsOf } from './record-fields.ts';

/** More than any record; a child that writes text to stdout claims frames of a gigabyte. */
const LARGEST_FRAME = 256 * 1024 * 1024;
const LENGTH_BYTES = 4;

/**
 * Frames in both directions: length of what follows, length of the head (both 4 bytes, big-endian), the head (JSON), and
 * bytes: the value of the record, or the values of the outputs one after the other.
 */
export const bytesFraming: Framing = {
  name: 'bytes',
  request: (id, record) => {
    const { value } = record;
    const head = Buffer.from(JSON.stringify({ id, ...fieldsOf(record), bytes: value === null ? null : value.length }));
    const lengths = Buffer.alloc(2 * LENGTH_BYTES);
    lengths.writeUInt32BE(LENGTH_BYTES + head.length + (value?.length ?? 0), 0);
    lengths.writeUInt32BE(head.length, LENGTH_BYTES);
    return [lengths, head, ...(value === null ? [] : [value])];
  },
  createReader: () => new FrameReader(),
};

class FrameReader implements AnswerReader {
  #pieces: Buffer[] = [];
  #length = 0;
  /** Of the frame that has begun, with its length; null until that is known. */
  #wanted: number | null = null;

  push(piece: Buffer): readonly (Answer | typeof READY)[] {
    this.#pieces.push(piece);
    this.#length += piece.length;
    const answers: (Answer | typeof READY)[] = [];
    while (this.#isWhole()) answers.push(answerIn(this.#take(this.#wanted ?? 0).subarray(LENGTH_BYTES)));
    return answers;
  }

  #isWhole(): boolean {
    if (this.#wanted === null) {
      if (this.#length < LENGTH_BYTES) return false;
      const length = this.#joined().readUInt32BE(0);
      if (length < LENGTH_BYTES || length > LARGEST_FRAME)
        throw new NoAnswerError(`a frame of ${length} bytes; is it text, or little-endian?`);
      this.#wanted = LENGTH_BYTES + length;
    }
    return this.#length >= this.#wanted;
  }

  #take(length: number): Buffer {
    const all = this.#joined();
    const rest = all.subarray(length);
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    this.#wanted = null;
    return all.subarray(0, length);
  }

  /** All there is in one piece: copied when a frame is whole, not with every piece of it. */
  #joined(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] ?? Buffer.alloc(0);
  }
}

function answerIn(frame: Buffer): Answer | typeof READY {
  const end = LENGTH_BYTES + frame.readUInt32BE(0);
  if (end > frame.length) throw new NoAnswerError('a head that is longer than its frame');
  let head: unknown;
  try {
    head = JSON.parse(frame.toString('utf8', LENGTH_BYTES, end));
  } catch {
    throw new NoAnswerError('a head that is no JSON');
  }
  return readAnswer(head, valuesIn(frame.subarray(end)));
}

/** Outputs say how many of the bytes are theirs; null or a value in the head says that none are. */
function valuesIn(bytes: Buffer): ReadValue {
  let from = 0;
  return (output) => {
    const { bytes: length } = output;
    if (length === null) return null;
    if (length === undefined) return plainValue(output);
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || from + length > bytes.length)
      throw new Error(`it claims ${JSON.stringify(length)} bytes, and ${bytes.length - from} are left`);
    from += length;
    return bytes.subarray(from - length, from);
  };
}
