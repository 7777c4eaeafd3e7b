import { acquireBroker } from '../../../pipeline/broker/index.ts';

// A supervisor that can be killed: tells the process that forked it how far it is.
const [stateDirectory = '', cacheDirectory] = process.argv.slice(2);
const broker = await acquireBroker({
  stateDirectory,
  ...(cacheDirectory !== undefined && { cacheDirectory }),
  preferredPort: 0,
  onProgress: (sentence) => process.send?.(sentence),
});
process.send?.(`${broker.kind} ${broker.bootstrap}`);
