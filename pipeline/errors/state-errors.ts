/** Chapter "state" of the error catalogue. */
export const stateErrors = {
  STORE_UNKNOWN: {
    cause: 'A processor asks for a state store that it has not declared.',
    mend: 'Declare it under stores of the processor, or correct the name.',
  },
  STORE_UNREADABLE: {
    cause: 'A state store cannot be read from outside at the moment, or is not there.',
    mend: 'Correct the names of the stage and the store, or ask again when the stage runs.',
  },
  STORE_KEY_TOO_LONG: {
    cause: 'A key of a state store has more than 1,900 bytes of UTF-8.',
    mend: 'Use a shorter key, such as a hash of the long one.',
  },
  STORE_TIME_INVALID: {
    cause: 'The start of a window is negative, or no whole number of milliseconds.',
    mend: 'Correct the processor; a record without a timestamp belongs to no window.',
  },
  STORE_VALUE_UNREADABLE: {
    cause: 'A state store holds a value that its serde cannot read: mostly, the serde was changed.',
    mend: 'Restore the serde, or give the store another name, which begins empty.',
  },
  STORE_IN_USE: {
    cause: 'Another process still has the files of a state store open.',
    mend: 'Nothing, if it is about to end: it is tried again. Otherwise give every worker a state directory of its own.',
  },
  STORE_CLOSED: {
    cause: 'A processor uses a state store after the task of its record has ended.',
    mend: 'Await everything that process() starts; keep no store for later.',
  },
  STORE_CORRUPT: {
    cause: 'The files of a state store were damaged from outside.',
    mend: 'Nothing: they are thrown away and the state is restored from its changelog.',
  },
  STORE_UNWRITABLE: {
    cause: 'The files of a state store cannot be written: no room on the disk, or no rights.',
    mend: 'Make room, correct the rights, or choose another state directory.',
  },
} as const;
