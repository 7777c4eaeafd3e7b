import type { Connection } from '../ports/admin.ts';
import type { Environment } from '../registry/find-variable.ts';
import type { Secret } from '../secrets/redact.ts';
import { knownSecretsOf } from '../secrets/secret-values.ts';
import type { Plan } from '../topology/plan.ts';
import type { WorkerOrder } from './messages.ts';

/** Secrets that a worker knows and nobody shall read in what it says, as far as they are to be had here. */
export function orderSecrets(
  { plan, role: { kind, name }, connection }: Pick<WorkerOrder, 'plan' | 'role' | 'connection'>,
  environment: Environment,
): readonly Secret[] {
  const parts = { source: plan.sources, stage: plan.stages, tap: plan.taps }[kind];
  const part = parts.find((one) => one.name === name);
  return [...(part ? knownSecretsOf(part, environment) : []), ...connectionSecrets(connection)];
}

/** All secrets of a plan, as far as they are to be had here. */
export function planSecrets({ sources, stages, taps }: Plan, environment: Environment): readonly Secret[] {
  return [...sources, ...stages, ...taps].flatMap((part) => knownSecretsOf(part, environment));
}

function connectionSecrets({ sasl, tls }: Connection): readonly Secret[] {
  return [
    ...(sasl ? [{ variable: { kind: 'secret' as const, name: 'KAFKA_SASL_PASSWORD' }, value: sasl.password }] : []),
    ...(tls?.key === undefined
      ? []
      : [{ variable: { kind: 'secret' as const, name: 'KAFKA_SSL_KEY_FILE' }, value: tls.key }]),
  ];
}
