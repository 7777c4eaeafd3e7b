import { nodeAt, type Located, type Path } from './located.ts';
import { writtenAs, type SecretText, type Variable } from './variables.ts';

/** An option that holds a secret: where it is among the options, and what it is made of. */
export interface SecretOption {
  readonly path: readonly (string | number)[];
  readonly of: SecretText;
}

/** The same with what it is made of found. */
export interface GivenSecret extends SecretOption {
  readonly value: string;
}

/** All values below a path of the file that hold a secret; their paths begin there. */
export function secretsAt(root: Located, path: Path): readonly GivenSecret[] {
  const node = nodeAt(root, path);
  return node ? secretsIn(node, []) : [];
}

function secretsIn(node: Located, path: GivenSecret['path']): readonly GivenSecret[] {
  switch (node.kind) {
    case 'scalar':
      return node.secret ? [{ path, of: node.secret, value: String(node.value) }] : [];
    case 'list':
      return node.items.flatMap((item, index) => secretsIn(item, [...path, index]));
    case 'map':
      return [...node.entries].flatMap(([key, entry]) => secretsIn(entry.node, [...path, key]));
  }
}

/** What stands in a file where it holds a secret, from this path on. */
export function hiddenFrom(root: Located, start: Path): (path: Path) => string | undefined {
  return (path) => {
    const node = nodeAt(root, [...start, ...path]);
    const pieces = node?.kind === 'scalar' ? node.secret : undefined;
    return (
      pieces && JSON.stringify(pieces.map((piece) => (typeof piece === 'string' ? piece : writtenAs(piece))).join(''))
    );
  };
}

/** Options as everybody may see them: in the place of each secret stands what the file says. */
export function hiddenOptions(options: unknown, secrets: readonly SecretOption[]): unknown {
  return replaced(options, secrets, writtenAs);
}

/** Options as a worker needs them. @throws what `valueOf` throws where a secret is not to be had */
export function filledOptions(
  options: unknown,
  secrets: readonly SecretOption[],
  valueOf: (variable: Variable) => string,
): unknown {
  return replaced(options, secrets, valueOf);
}

/** The secrets that checked options do not hold as they were given, so that they cannot be told from the rest. */
export function changedSecrets(options: unknown, secrets: readonly GivenSecret[]): readonly GivenSecret[] {
  const others = JSON.stringify(hiddenOptions(options, secrets));
  return secrets.filter(({ path, value }) => {
    const isElsewhere = value.length >= LEAST_TELLING && others.includes(JSON.stringify(value).slice(1, -1));
    return isElsewhere || valueAt(options, path) !== value;
  });
}

/** Shorter texts are found anywhere by chance. */
const LEAST_TELLING = 8;

function replaced(options: unknown, secrets: readonly SecretOption[], textOf: (variable: Variable) => string): unknown {
  if (secrets.length === 0) return options;
  const copy: unknown = structuredClone(options);
  for (const { path, of } of secrets) {
    const parent = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (!isObject(parent) || key === undefined || !Object.hasOwn(parent, key)) continue;
    parent[key] = of.map((piece) => (typeof piece === 'string' ? piece : textOf(piece))).join('');
  }
  return copy;
}

function valueAt(options: unknown, path: SecretOption['path']): unknown {
  let value = options;
  for (const step of path) value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return value;
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
