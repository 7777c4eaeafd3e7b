import { serveDetector } from '../detection/thread/serve-detector.ts';
import { openDetector } from './backends/open-detector.ts';
import type { ThreadData } from './detector.ts';

await serveDetector((data) => {
  const { backend, settings } = data as ThreadData;
  return openDetector(backend, settings);
});
