import type { Computation } from '../computation.ts';
import type { WindowOptions } from '../options.ts';
import { fixedWindows } from './fixed-windows.ts';
import { sessionWindows } from './session-windows.ts';
import { slidingWindows } from './sliding-windows.ts';
import type { Windowing } from './windowing.ts';

export function windowingOf(window: WindowOptions, graceMs: number, computation: Computation): Windowing {
  switch (window.type) {
    case 'tumbling':
      return fixedWindows({ sizeMs: window.size, advanceMs: window.size, graceMs }, computation);
    case 'hopping':
      return fixedWindows({ sizeMs: window.size, advanceMs: window.advance, graceMs }, computation);
    case 'sliding':
      return slidingWindows({ sizeMs: window.size, graceMs }, computation);
    case 'session':
      return sessionWindows({ gapMs: window.gap, graceMs }, computation);
  }
}
