import { describe, expect, it } from 'vitest';
import { checkExpression } from '../../pipeline/expression/expression.ts';
import { lintTopology } from '../../pipeline/topology/lint.ts';
import { parseTopology } from '../../pipeline/topology/parse.ts';
import { guaranteeCases } from './lint-cases-guarantee.ts';
import { joinCases, registryWithJoin } from './lint-cases-joins.ts';
import { renameCases } from './lint-cases-renames.ts';
import { textCases } from './lint-cases-text.ts';
import { wiringCases } from './lint-cases-wiring.ts';
import { sampleRegistry } from './sample-registry.ts';

const lint = (yaml: string, registry = sampleRegistry) =>
  lintTopology(parseTopology(yaml, 't.yaml'), { registry, checkExpression });

describe('lint', () => {
  it.each([...textCases, ...wiringCases, ...guaranteeCases, ...renameCases])('$name', ({ yaml, findings }) => {
    expect(lint(yaml).map(({ text }) => text)).toEqual(findings);
  });

  it.each(joinCases)('$name', ({ yaml, findings }) => {
    expect(lint(yaml, registryWithJoin).map(({ text }) => text)).toEqual(findings);
  });

  it('tells the other place as data where two collide', () => {
    const [finding] = lint('name: a\nname: b\nsources: { eye: { type: camera, to: x } }\n');

    expect(finding).toMatchObject({ severity: 'error', line: 2, column: 1, related: { line: 1 } });
  });

  it('stops at a bounded number of values when aliases multiply', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `x-${level}: &l${level} [${`*l${level - 1}, `.repeat(10)}]`,
    );
    const bomb = ['x-0: &l0 [boom]', ...levels.slice(1)].join('\n');

    const codes = lint(bomb).map(({ code }) => code);

    expect(codes).toEqual(['TOPOLOGY_TOO_LARGE']);
  });

  it('never throws, whatever the text', () => {
    const texts = [
      '\0',
      '&a *a',
      '*a',
      '? {a: b}\n: c',
      '%YAML 9.9\n---\na: 1',
      '--- a\n--- b',
      '__proto__: {a: 1}',
      '!!binary "x"',
      '1: 2',
      '- - -',
    ];

    for (const text of texts) expect(lint(text).length).toBeGreaterThan(0);
  });
});
