import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { testFileJsonSchema } from '../../pipeline/testing/files/json-schema.ts';
import { parseTestFile } from '../../pipeline/testing/files/read-test-file.ts';

const isValid = new Ajv({ strict: false }).compile(testFileJsonSchema());

function isTaken(text: string): boolean {
  try {
    parseTestFile(text, 'shop.test.yaml');
    return true;
  } catch {
    return false;
  }
}

describe('an editor with the JSON Schema and tapline agree', () => {
  test.each([
    ['tests: [ { name: a, steps: [ { advance: 1m } ] } ]', true],
    ['tests: [ { name: a, steps: [ { expect: { topic: t, records: [ { key: a } ] } } ] } ]', true],
    ['x-mine: 1\ntests: [ { name: a, steps: [ { fault: { crash: s, at: beforeCommit } } ] } ]', true],
    ['tests: []', false],
    ['tests: [ { name: a, steps: [ { advance: 1m, restart: s } ] } ]', false],
    ['tests: [ { name: a, steps: [ {} ] } ]', false],
    ['tests: [ { name: a, steps: [ { expect: { topic: t } } ] } ]', false],
    ['tests: [ { name: a, steps: [ { advance: soon } ] } ]', false],
  ])('%s', (text, valid) => {
    expect(isValid(parse(text))).toBe(valid);
    expect(isTaken(text)).toBe(valid);
  });
});
