import { createRequire } from 'node:module';
import type * as kafkajs from 'kafkajs';
import { applyPatches } from './patches.ts';

const require = createRequire(import.meta.url);
applyPatches(require);

/** kafkajs, loaded after its patches were applied. No other module loads it. */
export const { Kafka, logLevel, AssignerProtocol, ConfigResourceTypes, ConfigSource } =
  require('kafkajs') as typeof kafkajs;
