/** Chapter "runtime" of the error catalogue. */
export const runtimeErrors = {
  RECORD_TIMED_OUT: {
    cause: 'A processor did not finish a record in time.',
    mend: 'Make the processor faster, or raise the timeout of the stage.',
  },
  RECORD_CRASHED_WORKER: {
    cause:
      'Workers died or hung, one after the other, while they processed the record: out of memory, a crash in native code, an endless loop.',
    mend: 'Correct the processor or the record, then replay it. onError.crashes tells after how many deaths a record is given up.',
  },
  PUNCTUATION_NEEDS_ORDER: {
    cause:
      'A stage lets records go ahead of each other (order: key or none, onError.scope: key), but its processor has punctuations.',
    mend: 'Remove order and onError.scope of the stage, or schedule of the processor.',
  },
  PROCESSING_FAILED: {
    cause: 'A processor threw an error that has no code of its own.',
    mend: 'Read the message and the stack; correct the processor or the record.',
  },
  PROCESSING_STOPPED: {
    cause: 'A record failed and the stage is set to stop then (onError: { then: fail }).',
    mend: 'Correct the record or the processor, or choose then: deadLetter.',
  },
  OUTPUT_UNKNOWN: {
    cause: 'A processor returned a record for an output that its stage does not name.',
    mend: 'Name the output under to: of the stage, or correct the processor.',
  },
  OUTPUT_INVALID: {
    cause: 'A processor returned something that is no record.',
    mend: 'Return { value } with a Buffer, a string or null, a list of such, or null for none.',
  },
  VALUE_UNREADABLE: {
    cause:
      'A value is not what the serde of its topic (topics.<name>.serde), or the schema of a processor (inputValue, outputValue), says.',
    mend: 'Correct whoever wrote it, or the serde or schema.',
  },
  FRAME_META_INVALID: {
    cause: 'The frame-meta header is missing, too large, no JSON, of an unknown version or against its schema.',
    mend: 'Correct the producer of the topic; docs/frame-format.md describes the header.',
  },
  TASK_LOST: {
    cause:
      'A worker slept, or was cut off from the broker, for longer than its session in the group: another worker may have its partitions.',
    mend: 'Nothing: the worker begins anew or gives the task up. If it comes often, give the machine more room.',
  },
  SOURCE_FAILED: {
    cause: 'A source ended with an error that a restart cannot mend.',
    mend: 'Read the message; correct the options of the source.',
  },
  POSITIONS_UNREADABLE: {
    cause: 'The topic where a source stores its positions holds something else.',
    mend: 'Find out who writes to it; tapline reset <topology>.<source> --forget makes the source begin as at first.',
  },
  SECRET_MISSING: {
    cause: 'A worker cannot find a secret that was there when the topology was read.',
    mend: 'Set the variable where up was started, or put the file back; a worker reads its secrets whenever it starts.',
  },
  WORKER_FAILED: {
    cause: 'A worker process could not be started or ended at once.',
    mend: 'Read its last words above; the log file has the rest.',
  },
  UNTIL_DONE_ENDLESS: {
    cause: '--until-done was given, but a source never ends.',
    mend: 'Leave out --until-done, or make the source finite (a file without loop, synthetic with frames).',
  },
  CHANGE_NOT_ALLOWED: {
    cause: 'A change of a running topology destroys something: offsets, state or records.',
    mend: 'Look at tapline plan; then say tapline apply --allow with each name it gives, or change the file.',
  },
  CHANGE_TAKEN_BACK: {
    cause: 'A part that was changed while the topology ran could not start; what ran before runs again.',
    mend: 'Read the message, correct the file and apply it again.',
  },
  CHANGE_IMPOSSIBLE: {
    cause: 'What shall be changed does not run, or is another topology than what runs.',
    mend: 'Start it with tapline up.',
  },
  RECORDS_LOST: {
    cause: 'Retention deleted records before a stage had read them.',
    mend: 'Raise retention or retentionBytes of the topic, add replicas, or use delivery: latest.',
  },
  ARGUMENT_INVALID: {
    cause: 'An argument or option of a command has a value it cannot have.',
    mend: 'The message says what is possible; --help has examples.',
  },
  INTERNAL: {
    cause: 'A state that should be impossible.',
    mend: 'This is a bug, please report it with the log file.',
  },
} as const;
