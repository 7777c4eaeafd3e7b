import type { ConsumerRecord } from '../ports/record.ts';
import { compileExpression } from './expression.ts';
import { followPath, parsePlainPath, UNDECIDED } from './plain-path.ts';
import { recordRoot } from './record-root.ts';

/**
 * The values of several expressions on one record, as plain JSON data in the order of the expressions; undefined where
 * one selects nothing. They are there at once, and the record's value is parsed once, where all are plain paths
 * (`a.b.c`) without a list on the way.
 * @throws PoisonRecordError EXPRESSION_FAILED, FRAME_META_INVALID
 */
export type ReadValues = (record: ConsumerRecord) => readonly unknown[] | Promise<readonly unknown[]>;

/**
 * Compiles expressions that are read together.
 * @throws UserError EXPRESSION_INVALID naming the character.
 */
export function compileExpressions(texts: readonly string[]): ReadValues {
  const expressions = texts.map((text) => ({ path: parsePlainPath(text), compiled: compileExpression(text) }));
  const hasPlain = expressions.some(({ path }) => path !== null);
  return (record) => {
    if (expressions.length === 0) return [];
    const root = hasPlain ? recordRoot(record) : undefined;
    const values = expressions.map(({ path }) => (path === null ? UNDECIDED : followPath(root, path)));
    if (!values.includes(UNDECIDED)) return values;
    return Promise.all(
      expressions.map(({ compiled }, index) =>
        values[index] === UNDECIDED ? compiled.evaluate(record) : values[index],
      ),
    );
  };
}
