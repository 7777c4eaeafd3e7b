import type { ErrorCode, Size } from '../../../pipeline/index.ts';
import type { Detection } from '../detector.ts';

/** To the thread: one picture, its rgb24 buffer handed over. */
export interface DetectRequest {
  readonly pixels: ArrayBuffer;
  readonly size: Size;
}

/** A failure, flattened for the way between threads. */
export interface Failure {
  readonly message: string;
  /** Set where the user can mend it. */
  readonly code?: ErrorCode;
}

/** From the thread: first `ready` or `unusable`, then one answer a request, the buffer handed back for the next. */
export type ThreadMessage =
  | { readonly kind: 'ready'; readonly backend: string; readonly passedOver: readonly string[] }
  | { readonly kind: 'unusable'; readonly failure: Failure }
  | { readonly kind: 'found'; readonly objects: readonly Detection[]; readonly pixels: ArrayBuffer }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly pixels: ArrayBuffer };
