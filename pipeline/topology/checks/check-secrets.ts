import { errorAt, type Finding, type Place } from '../finding.ts';
import { optionsOf, type Part } from '../graph.ts';
import { called, type LintContext } from '../lint-context.ts';
import { placeOfValue, type Located } from '../located.ts';
import { changedSecrets, secretsAt } from '../secret-options.ts';
import { writtenAs, type SecretText } from '../variables.ts';

/** Secrets stand where they can be kept: among options, which hand them on as they are. */
export function checkSecrets(context: LintContext): readonly Finding[] {
  const { root, parts } = context;
  const kept = new Set(parts.flatMap((part) => secretsAt(root, [...part.path, 'with']).map(({ of }) => of)));
  const misplaced = secretsAt(root, [])
    .filter(({ of }) => !kept.has(of))
    .map(({ of, path }) => misplacedAt(placeOfValue(root, path), of));
  return [...misplaced, ...parts.flatMap((part) => changedIn(part, root, context))];
}

function misplacedAt(place: Place, of: SecretText): Finding {
  const message = `${shown(of)} is a secret, which may stand under with: alone, as all else is shown; use \${NAME} here`;
  return errorAt(place, { code: 'TOPOLOGY_SECRET_MISPLACED', message });
}

function changedIn(part: Part, root: Located, { registry }: LintContext): readonly Finding[] {
  const path = [...part.path, 'with'];
  const secrets = secretsAt(root, path);
  const options = secrets.length === 0 ? undefined : optionsOf(root, part, registry);
  if (options === undefined) return [];
  return changedSecrets(options, secrets).map((secret) => {
    const option = ['with', ...secret.path].join('.');
    const message = `${called(part)}: ${option} is a secret, and the options schema makes something else of it, in which it could not be hidden; keep transforms out of the schema`;
    return errorAt(placeOfValue(root, [...path, ...secret.path]), { code: 'TOPOLOGY_SECRET_CHANGED', message });
  });
}

function shown(of: SecretText): string {
  return of.map((piece) => (typeof piece === 'string' ? '' : writtenAs(piece))).join('');
}
