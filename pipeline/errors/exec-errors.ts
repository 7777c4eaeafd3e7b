/** Chapter "exec" of the error catalogue: stages that are done by a child process. */
export const execErrors = {
  EXEC_CANNOT_START: {
    cause: 'The child process of a stage with process: exec cannot be started, or does not become ready.',
    mend: 'Correct command, cwd or env under with: of the stage, or install the program. The message tells which.',
  },
  EXEC_CHILD_ENDED: {
    cause: 'The child process of a stage ended, or was killed, while it had a record in hand.',
    mend: 'Its last words on stderr are in the message. Correct the program or the record, then replay the dead letter.',
  },
  EXEC_BAD_ANSWER: {
    cause: 'The child process of a stage wrote something to stdout that is no answer of the protocol.',
    mend: 'Write answers alone to stdout, as docs/exec.md shows, and everything else to stderr.',
  },
  EXEC_FAILED: {
    cause: 'The child process of a stage answered that it could not process a record.',
    mend: 'The message is its own, with its last words on stderr. Correct the program or the record, then replay it.',
  },
} as const;
