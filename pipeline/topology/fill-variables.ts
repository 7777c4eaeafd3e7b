import type { ErrorCode } from '../errors/catalogue.ts';
import { errorAt, type Finding, type Place } from './finding.ts';
import type { Located, LocatedMap, LocatedScalar } from './located.ts';
import { parseScalar } from './parse-scalar.ts';
import type { ParsedTopology } from './parse.ts';
import { piecesOf, writtenAs, type Piece, type Variable } from './variables.ts';

/** Where variables get their values; the place is that of the value they stand in. */
export type FindVariable = (variable: Variable, place: Place) => string | VariableFault;

/** Why a variable has no value, and what mends it. */
export interface VariableFault {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Puts values in the place of all variables. A value with a fault stays as it is written. */
export function fillVariables({ root, findings }: ParsedTopology, find: FindVariable): ParsedTopology {
  const found = new Map(findings.map((finding) => [finding.text, finding]));
  const fill: Fill = { find, tell: (finding) => found.set(finding.text, finding) }; // an alias repeats its value
  return { root: filledMap(root, fill), findings: [...found.values()] };
}

/** Whether a finding says that a value is not known, so that nothing else can be said of it. */
export function isVariableFault({ code }: Finding): boolean {
  return code === 'TOPOLOGY_VARIABLE_MISSING' || code === 'TOPOLOGY_VARIABLE_INVALID';
}

interface Fill {
  readonly find: FindVariable;
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

function filledScalar(node: LocatedScalar, written: string, { find, tell }: Fill): LocatedScalar {
  const pieces = piecesOf(written);
  const texts: string[] = [];
  for (const piece of pieces) {
    const text = textOf(piece, find, node.place);
    if (typeof text === 'string') texts.push(text);
    else tell(errorAt(node.place, text));
  }
  if (texts.length < pieces.length) return node;
  const value = texts.join('');
  return { ...node, value: isTyped(node, pieces) ? parseScalar(value).value : value };
}

/** A value that is nothing but one variable is what YAML would make of its text, unless it is quoted. */
function isTyped({ quoted }: LocatedScalar, [first, ...more]: readonly Piece[]): boolean {
  return quoted !== true && more.length === 0 && first?.kind === 'variable';
}

function textOf(piece: Piece, find: FindVariable, place: Place): string | VariableFault {
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
  const mend = kind === 'file' ? 'write it' : `set it, as in ${name}=...`;
  const withDefault = writtenAs({ ...variable, fallback: '...' });
  return { code: 'TOPOLOGY_VARIABLE_MISSING', message: `${why}; ${mend}, or give a default: ${withDefault}` };
}
