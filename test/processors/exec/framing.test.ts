import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsumerRecord } from '../../../pipeline/index.ts';
import { bytesFraming } from '../../../processors/exec/framing/bytes-framing.ts';
import type { Framing } from '../../../processors/exec/framing/framing.ts';
import { jsonFraming } from '../../../processors/exec/framing/json-framing.ts';

const record = (given: Partial<ConsumerRecord> = {}): ConsumerRecord => ({
  topic: 'orders',
  partition: 1,
  offset: 7n,
  timestampMs: 1000,
  key: Buffer.from('k'),
  value: Buffer.from('{"n":1}'),
  headers: {},
  ...given,
});

/** What a child reads of a record. */
const sentAs = (given: Partial<ConsumerRecord>): Record<string, unknown> =>
  JSON.parse(Buffer.concat([...jsonFraming.request(1, record(given))]).toString()) as Record<string, unknown>;

/** Cuts bytes at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

function read(framing: Framing, bytes: Buffer, cuts: readonly number[] = []): readonly unknown[] {
  const reader = framing.createReader();
  return pieces(bytes, cuts).flatMap((piece) => reader.push(piece));
}

function frame(head: unknown, ...values: readonly Buffer[]): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.alloc(8);
  const rest = Buffer.concat(values);
  lengths.writeUInt32BE(4 + json.length + rest.length, 0);
  lengths.writeUInt32BE(json.length, 4);
  return Buffer.concat([lengths, json, rest]);
}

const line = (answer: unknown): Buffer => Buffer.from(`${JSON.stringify(answer)}\n`);
const cutsOf = fc.array(fc.nat(10_000), { maxLength: 8 });

describe('json framing', () => {
  it('tells a record on one line, with JSON values as they are written', () => {
    const [bytes] = jsonFraming.request(1, record({ value: Buffer.from('{"id":12345678901234567890}') }));

    expect(bytes?.toString()).toBe(
      '{"id":1,"topic":"orders","partition":1,"offset":7,"timestamp":"1970-01-01T00:00:01.000Z","key":"k",' +
        '"headers":{},"value":{"id":12345678901234567890}}\n',
    );
  });

  it('tells text, nothing, bytes and JSON apart, and keeps them on one line', () => {
    expect(sentAs({ value: Buffer.from('two\nlines') })['value']).toBe('two\nlines');
    expect(sentAs({ value: Buffer.from('{"n":\n1}') })['value']).toEqual({ n: 1 });
    expect(sentAs({ value: Buffer.from('"5"') })['value']).toBe('"5"');
    expect(sentAs({ value: Buffer.from('null') })['value']).toBe('null');
    expect(sentAs({ value: Buffer.from('') })['value']).toBe('');
    expect(sentAs({ value: null })['value']).toBeNull();
    expect(sentAs({ value: Buffer.from([0xff, 0]) })).toMatchObject({ valueBase64: '/wA=' });
    expect(
      sentAs({ key: Buffer.from([0xff]), headers: { a: 'x', b: Buffer.from([0xfe]), c: ['y', 'z'] } }),
    ).toMatchObject({
      keyBase64: '/w==',
      headers: { a: 'x', c: ['y', 'z'] },
      headersBase64: { b: '/g==' },
    });
  });

  it('brings any value, sent back as it came, out as it went in', () => {
    const values = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.string().map((text) => Buffer.from(text)),
      fc.json({ noUnicodeString: false }).map((json) => Buffer.from(json)),
      fc.constant(null),
    );
    fc.assert(
      fc.property(values, fc.option(fc.string().map((text) => Buffer.from(text))), cutsOf, (value, key, cuts) => {
        const [answer] = read(jsonFraming, line({ id: 3, outputs: [sentAs({ value, key })] }), cuts) as [
          { outputs: readonly { value: Buffer | string | null; key: string | null }[] },
        ];

        const [output] = answer.outputs;
        const written = output!.value === null ? null : Buffer.from(output!.value as string);
        expect(meaningOf(written)).toEqual(meaningOf(value));
        expect(output!.key).toBe(key === null ? null : key.toString());
      }),
    );
  });

  it('reads answers wherever their pieces end, and passes over empty lines', () => {
    const answers = fc.array(fc.record({ id: fc.nat(), outputs: fc.array(fc.record({ value: fc.string() })) }));
    fc.assert(
      fc.property(answers, cutsOf, (expected, cuts) => {
        const bytes = Buffer.concat(expected.flatMap((answer) => [line(answer), Buffer.from('\n')]));

        expect(read(jsonFraming, bytes, cuts)).toEqual(expected);
      }),
    );
  });

  it('reads what an output names, and null for a header that is to go', () => {
    const output = {
      to: 'alerts',
      key: null,
      value: { n: 1 },
      headers: { a: 'x', b: null },
      timestamp: 5,
      topic: 'in',
    };

    expect(read(jsonFraming, line({ id: 1, outputs: [output] }))).toEqual([
      {
        id: 1,
        outputs: [{ to: 'alerts', key: null, value: '{"n":1}', headers: { a: 'x', b: undefined }, timestampMs: 5 }],
      },
    ]);
  });

  it('reads errors in short and in long, and that a child is ready', () => {
    const bytes = Buffer.concat(
      [{ ready: true }, { id: 1, error: 'no' }, { id: 2, error: { message: 'never', retriable: false } }].map(line),
    );

    expect(read(jsonFraming, bytes)).toEqual([
      'ready',
      { id: 1, error: { message: 'no', retriable: true } },
      { id: 2, error: { message: 'never', retriable: false } },
    ]);
  });

  it.each([
    [{ id: 1 }, 'it has neither a list of outputs nor an error'],
    [{ id: 1, outputs: ['x'] }, 'output 1 is no object'],
    [{ id: 1, outputs: [{ value: 1 }, {}] }, 'of output 2: it has no value; null is one that says so'],
    [{ id: 1, outputs: [{ value: 1, valueBase64: '' }] }, 'of output 1: it has both a value and a valueBase64'],
    [{ id: 1, outputs: [{ valueBase64: '!' }] }, 'of output 1: its valueBase64 is no base64'],
    [{ id: 1, outputs: [{ value: 1, key: 5 }] }, 'of output 1: its key is no text'],
    [{ id: 1, outputs: [{ value: 1, headers: { a: 5 } }] }, 'of output 1: its header "a" is no text'],
    [{ id: 1, outputs: [{ value: 1, timestamp: 'soon' }] }, /^of output 1: its timestamp "soon" is no time/],
  ])('says what is wrong with the answer %j of a record', (answer, fault) => {
    const [found] = read(jsonFraming, line(answer)) as [{ id: number; fault: string }];

    expect(found.id).toBe(1);
    expect(found.fault).toMatch(fault);
  });

  it.each(['hello', '[1]', '{"outputs":[]}', '{"id":"1","outputs":[]}'])('cannot go on after the line %s', (text) => {
    expect(() => read(jsonFraming, Buffer.from(`${text}\n`))).toThrow(
      /^(a line that is no JSON: hello|no JSON object|an answer without the id of a record)$/,
    );
  });
});

describe('bytes framing', () => {
  it('sends length, length of the head, head and value, big-endian', () => {
    const bytes = Buffer.concat([...bytesFraming.request(9, record({ value: Buffer.from([1, 2, 3]) }))]);

    expect(bytes.readUInt32BE(0)).toBe(bytes.length - 4);
    const end = 8 + bytes.readUInt32BE(4);
    expect(JSON.parse(bytes.toString('utf8', 8, end))).toMatchObject({ id: 9, topic: 'orders', offset: 7, bytes: 3 });
    expect([...bytes.subarray(end)]).toEqual([1, 2, 3]);
  });

  it('tells an empty value from none', () => {
    const [, empty] = bytesFraming.request(1, record({ value: Buffer.alloc(0) }));
    const [, none] = bytesFraming.request(1, record({ value: null }));

    expect(JSON.parse(String(empty))).toMatchObject({ bytes: 0 });
    expect(JSON.parse(String(none))).toMatchObject({ bytes: null });
  });

  it('reads the values of all outputs, wherever the pieces end', () => {
    const outputs = fc.array(fc.option(fc.uint8Array({ maxLength: 50 })), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(outputs, { maxLength: 4 }), cutsOf, (answers, cuts) => {
        const bytes = Buffer.concat(
          answers.map((values, id) =>
            frame(
              { id, outputs: values.map((value) => ({ bytes: value?.length ?? null })) },
              ...values.flatMap((value) => (value ? [Buffer.from(value)] : [])),
            ),
          ),
        );

        const expected = answers.map((values, id) => ({
          id,
          outputs: values.map((value) => ({ value: value && Buffer.from(value) })),
        }));
        expect(read(bytesFraming, bytes, cuts)).toEqual(expected);
      }),
    );
  });

  it('takes small values from the head', () => {
    expect(read(bytesFraming, frame({ id: 1, outputs: [{ value: { n: 1 } }, { value: null }] }))).toEqual([
      { id: 1, outputs: [{ value: '{"n":1}' }, { value: null }] },
    ]);
  });

  it('says which output claims more bytes than there are', () => {
    const answer = frame({ id: 1, outputs: [{ bytes: 2 }, { bytes: 2 }] }, Buffer.from('abc'));

    expect(read(bytesFraming, answer)).toEqual([{ id: 1, fault: 'of output 2: it claims 2 bytes, and 1 are left' }]);
  });

  it('takes text for no frame', () => {
    expect(() => read(bytesFraming, Buffer.from('hello world\n'))).toThrow(/^a frame of 1751477356 bytes; is it text/);
  });
});

/** JSON may be written in other words. */
function meaningOf(value: Buffer | null): unknown {
  const text = value?.toString() ?? null;
  if (value === null || text === null || !Buffer.from(text).equals(value)) return value;
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return text;
  }
}
