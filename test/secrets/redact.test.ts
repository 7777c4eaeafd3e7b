import { describe, expect, it } from 'vitest';
import { UserError } from '../../pipeline/errors/pipeline-error.ts';
import { redactDeep, redactError, redactor } from '../../pipeline/secrets/redact.ts';

const hide = (...values: readonly string[]) =>
  redactor(values.map((value, index) => ({ variable: { kind: 'secret', name: `S${index}` }, value })));

describe('hiding secrets', () => {
  it('finds them within other text, the longest first', () => {
    expect(hide('swordfish', 'swordfish-2')('a swordfish-2b swordfish')).toBe('a ${secret:S1}b ${secret:S0}');
  });

  it('finds them as JSON and addresses write them', () => {
    const value = 'a"b/c d\\e';
    const text = `${JSON.stringify({ value })} http://h/?p=${encodeURIComponent(value)}`;

    expect(hide(value)(text)).toBe('{"value":"${secret:S0}"} http://h/?p=${secret:S0}');
  });

  it('finds each line of those with several', () => {
    expect(hide('-----KEY-----\nabcdefgh\n')('at abcdefgh')).toBe('at ${secret:S0}');
  });

  it('takes short ones for secrets only as whole words', () => {
    expect(hide('cat')('a cat, a category')).toBe('a ${secret:S0}, a category');
  });

  it('leaves texts alone where there is none', () => {
    expect(hide()('anything')).toBe('anything');
    expect(hide('')('anything')).toBe('anything');
  });

  it('keeps an error the one it is, with what has caused it', () => {
    const cause = Object.assign(new Error('no swordfish'), { input: 'http://swordfish@h' });
    const error = new UserError('SINK_DISK_FULL', 'bad swordfish', { cause });

    const hidden = redactError(error, hide('swordfish'));

    expect(hidden).toBe(error);
    expect(error).toMatchObject({ code: 'SINK_DISK_FULL', message: 'bad ${secret:S0}' });
    expect(error.stack).not.toContain('swordfish');
    expect(cause).toMatchObject({ message: 'no ${secret:S0}', input: 'http://${secret:S0}@h' });
  });

  it('goes through data that holds itself', () => {
    const data: Record<string, unknown> = { list: ['swordfish', 1] };
    data['self'] = data;

    expect(redactDeep(data, hide('swordfish'))).toMatchObject({ list: ['${secret:S0}', 1] });
  });
});
