import { LineCounter, parseDocument, type Document } from 'yaml';
import { errorAt, type Finding, type Place } from './finding.ts';
import { LocateNodes } from './locate-nodes.ts';
import type { LocatedMap } from './located.ts';
import { maskVariables, unmaskVariables } from './mask-variables.ts';

/** A topology file as data with places, and what is wrong with its YAML. */
export interface ParsedTopology {
  readonly root: LocatedMap;
  readonly findings: readonly Finding[];
}

/** What findings call a file that cannot be read as one. */
export interface FileWords {
  readonly thing: string;
  /** What it should begin with. */
  readonly begin: string;
}

const TOPOLOGY: FileWords = { thing: 'topology', begin: 'name: and sources:' };

/** Reads the text of a topology file; `file` is the name findings give it. Keys that begin with `x-` are left out. */
export function parseTopology(text: string, file: string, words = TOPOLOGY): ParsedTopology {
  const lines = new LineCounter();
  // Duplicate keys are found by us, since a finding names both places.
  const document = parseDocument(maskVariables(text), { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntax = syntaxFindings(document, placeAt, words);
  const locate = new LocateNodes(document, placeAt);
  const located = locate.root();
  if (located?.kind === 'map') return { root: withoutExtensions(located), findings: [...syntax, ...locate.findings] };

  const top = { file, line: 1, column: 1 };
  const root: LocatedMap = { kind: 'map', place: top, entries: new Map() };
  const findings = [...syntax, ...locate.findings];
  if (located && findings.length === 0) findings.push(notAMapping(located.place, words));
  return { root, findings };
}

function syntaxFindings(
  document: Document,
  placeAt: (offset: number) => Place,
  { thing }: FileWords,
): readonly Finding[] {
  return [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    const sentence =
      code === 'MULTIPLE_DOCS'
        ? `a second document begins here; give each ${thing} a file of its own`
        : `not valid YAML: ${unmaskVariables(message)}; correct the file here or just above`;
    return errorAt(placeAt(pos[0]), { code: 'TOPOLOGY_YAML', message: sentence });
  });
}

function notAMapping(place: Place, { thing, begin }: FileWords): Finding {
  return errorAt(place, {
    code: 'TOPOLOGY_YAML',
    message: `a ${thing} is a mapping, got something else; begin with ${begin}`,
  });
}

/** Like Docker Compose: `x-camera: &camera {...}` is a place of the user's own to keep anchors in. */
function withoutExtensions(root: LocatedMap): LocatedMap {
  return { ...root, entries: new Map([...root.entries].filter(([key]) => !key.startsWith('x-'))) };
}
