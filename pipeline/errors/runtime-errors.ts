/** Chapter "runtime" of the error catalogue. */
export const runtimeErrors = {
  RECORD_TIMED_OUT: {
    cause: 'A processor did not finish a record in time.',
    mend: 'Make the processor faster, or raise the timeout of the stage.',
  },
  PROCESSING_FAILED: {
    cause: 'A processor threw an error that has no code of its own.',
    mend: 'Read the message and the stack; correct the processor or the record.',
  },
  FRAME_META_INVALID: {
    cause: 'The frame-meta header is missing, too large, no JSON, of an unknown version or against its schema.',
    mend: 'Correct the producer of the topic; docs/frame-format.md describes the header.',
  },
} as const;
