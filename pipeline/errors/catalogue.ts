import { aggregateErrors } from './aggregate-errors.ts';
import { brokerErrors } from './broker-errors.ts';
import { execErrors } from './exec-errors.ts';
import { expressionErrors } from './expression-errors.ts';
import { kafkaErrors } from './kafka-errors.ts';
import { modelErrors } from './model-errors.ts';
import { mqttErrors } from './mqtt-errors.ts';
import { pictureErrors } from './picture-errors.ts';
import { projectErrors } from './project-errors.ts';
import { recordingErrors } from './recording-errors.ts';
import { runtimeErrors } from './runtime-errors.ts';
import { sinkErrors } from './sink-errors.ts';
import { sourceErrors } from './source-errors.ts';
import { stateErrors } from './state-errors.ts';
import { testErrors } from './test-errors.ts';
import { topologyErrors } from './topology-errors.ts';

/** What a code means and how to mend it; `docs/errors.md` is generated from these tables. */
export interface CatalogueEntry {
  readonly cause: string;
  readonly mend: string;
}

/** Every error code there is, by chapter. */
export const catalogue = {
  ...topologyErrors,
  ...brokerErrors,
  ...kafkaErrors,
  ...runtimeErrors,
  ...stateErrors,
  ...pictureErrors,
  ...expressionErrors,
  ...aggregateErrors,
  ...modelErrors,
  ...execErrors,
  ...sourceErrors,
  ...sinkErrors,
  ...mqttErrors,
  ...recordingErrors,
  ...testErrors,
  ...projectErrors,
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;
