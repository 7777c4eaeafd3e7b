import { UserError } from '../errors/pipeline-error.ts';
import { findVariable, type Environment } from '../registry/find-variable.ts';
import type { SecretOption } from '../topology/secret-options.ts';
import { writtenAs, type Variable } from '../topology/variables.ts';
import type { Secret } from './redact.ts';

/** A part of a plan whose options may hold secrets. */
export interface SecretHolder {
  readonly options: unknown;
  readonly secrets?: readonly SecretOption[];
}

/**
 * The secrets of a part, each once, as they are now.
 * @throws UserError SECRET_MISSING
 */
export function secretsOf({ secrets = [] }: SecretHolder, environment: Environment): readonly Secret[] {
  return variablesOf(secrets).map((variable) => {
    const found = findVariable(variable, { environment, folder: '.' });
    if ('value' in found) return { variable, value: found.value };
    throw new UserError('SECRET_MISSING', found.message);
  });
}

/** The secrets of a part as far as they are to be had. */
export function knownSecretsOf({ secrets = [] }: SecretHolder, environment: Environment): readonly Secret[] {
  return variablesOf(secrets).flatMap((variable) => {
    const found = findVariable(variable, { environment, folder: '.' });
    return 'value' in found ? [{ variable, value: found.value }] : [];
  });
}

function variablesOf(secrets: readonly SecretOption[]): readonly Variable[] {
  const all = secrets.flatMap(({ of }) => of.filter((piece) => typeof piece !== 'string'));
  return [...new Map(all.map((variable) => [writtenAs(variable), variable])).values()];
}
