import type { ErrorCode } from '../errors/catalogue.ts';
import { errorAt, type Finding, type Place } from './finding.ts';
import type { Located, LocatedMap, LocatedScalar } from './located.ts';
import { parseScalar } from './parse-scalar.ts';
import type { ParsedTopology } from './parse.ts';
import { isSecret, piecesOf, writtenAs, type Piece, type Variable } from './variables.ts';

/** Where variables get their values; the place is that of the value they stand in. */
export type FindVariable = (variable: Variable, place: Place) => FoundVariable | VariableFault;

/** What a variable stands for, and the variable as it can be found from anywhere. */
export interface FoundVariable {
  readonly variable: Variable;
  readonly value: string;
}

/** Why a variable has no value, and what mends it. */
export interface VariableFault {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A topology without variables, and those of them that are secret. */
export interface FilledTopology extends ParsedTopology {
  readonly secrets: readonly FoundVariable[];
}

/** Puts values in the place of all variables. A value with a fault stays as it is written. */
export function fillVariables({ root, findings }: ParsedTopology, find: FindVariable): FilledTopology {
  const told = new Map(findings.map((finding) => [finding.text, finding])); // an alias repeats its value
  const secrets: FoundVariable[] = [];
  const fill: Fill = { find, secrets, tell: (finding) => told.set(finding.text, finding) };
  return { root: filledMap(root, fill), findings: [...told.values()], secrets };
}

/** Whether a finding says that a value is not known, so that nothing else can be said of it. */
export function isVariableFault({ code }: Finding): boolean {
  return code === 'TOPOLOGY_VARIABLE_MISSING' || code === 'TOPOLOGY_VARIABLE_INVALID';
}

interface Fill {
  readonly find: FindVariable;
  readonly secrets: FoundVariable[];
  readonly tell: (finding: Finding) => void;
}

function filledMap(map: LocatedMap, fill: Fill): LocatedMap {
  const entries = [...map.entries].map(
    ([key, { keyPlace, node }]) => [key, { keyPlace, node: filled(node, fill) }] as const,
  );
  return { ...map, entries: new Map(entries) };
}

function filled(node: Located, fill: Fill): Located {
  if (node.kind === 'map') return filledMap(node, fill);
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => filled(item, fill)) };
  return typeof node.value === 'string' && node.value.includes('${') ? filledScalar(node, node.value, fill) : node;
}

function filledScalar(node: LocatedScalar, written: string, { find, secrets, tell }: Fill): LocatedScalar {
  const pieces = piecesOf(written);
  const found = pieces.map((piece) => foundIn(piece, find, node.place));
  const faults = found.filter((one) => typeof one !== 'string' && 'code' in one);
  for (const fault of faults) tell(errorAt(node.place, fault));
  const known = found.filter((one) => typeof one === 'string' || 'value' in one);
  if (faults.length > 0) return node;
  const value = known.map((one) => (typeof one === 'string' ? one : one.value)).join('');
  const hidden = known.filter((one) => typeof one !== 'string').filter(({ variable }) => isSecret(variable));
  secrets.push(...hidden);
  if (hidden.length > 0) return { ...node, value, secret: known.map(asHidden) }; // a secret is a text, whatever it looks like
  return { ...node, value: isTyped(node, pieces) ? parseScalar(value).value : value };
}

function asHidden(one: string | FoundVariable): string | Variable {
  if (typeof one === 'string') return one;
  return isSecret(one.variable) ? one.variable : one.value;
}

/** A value that is nothing but one variable is what YAML would make of its text, unless it is quoted. */
function isTyped({ quoted }: LocatedScalar, [first, ...more]: readonly Piece[]): boolean {
  return quoted !== true && more.length === 0 && first?.kind === 'variable';
}

function foundIn(piece: Piece, find: FindVariable, place: Place): string | FoundVariable | VariableFault {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'fault':
      return { code: 'TOPOLOGY_VARIABLE_INVALID', message: piece.message };
    case 'variable':
      return find(piece.variable, place);
  }
}

/** The fault of a variable that is not given. */
export function missing(variable: Variable, why: string): VariableFault {
  const { kind, name } = variable;
  const set = kind === 'file' ? 'write it' : `set it, as in ${name}=...`;
  const mend = isSecret(variable) ? set : `${set}, or give a default: ${writtenAs({ ...variable, fallback: '...' })}`;
  return { code: 'TOPOLOGY_VARIABLE_MISSING', message: `${why}; ${mend}` };
}
