import { errorAt, type Finding } from '../finding.ts';
import type { Part } from '../graph.ts';
import { called, type LintContext } from '../lint-context.ts';
import { placeOfValue, textAt } from '../located.ts';

/** A part goes on under one new name: the old one must be free, and nobody else may claim it. */
export function checkRenames({ parts, root }: LintContext): readonly Finding[] {
  const heirs = new Map<string, Part>();
  return parts.flatMap((part) => {
    const path = [...part.path, 'was'];
    const was = textAt(root, path);
    if (was === undefined || part.kind === 'source') return [];
    const still = parts.find(({ kind, name }) => kind === part.kind && name === was);
    const rival = heirs.get(`${part.kind} ${was}`);
    heirs.set(`${part.kind} ${was}`, part);
    const claims = still ? `${called(still)} is still there` : rival && `${called(rival)} says the same`;
    if (claims === undefined) return [];
    const message = `${called(part)}: was: ${was} claims its offsets and state, but ${claims}; remove one of the two`;
    return [errorAt(placeOfValue(root, path), { code: 'TOPOLOGY_CONTRADICTION', message })];
  });
}
