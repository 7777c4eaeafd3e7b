/** Chapter "tests of topologies" of the error catalogue. */
export const testErrors = {
  TEST_UNSETTLED: {
    cause: 'A topology under test does not come to rest: a processor does not end, or something repeats without end.',
    mend: 'Let the processor end, take back faults without end, and look for stages that feed each other.',
  },
  TEST_UNKNOWN_PART: {
    cause: 'A test names a topic, a stage or a store that its topology does not have.',
    mend: 'Correct the name; the message lists those there are.',
  },
  TEST_EXPLORATION_FAILED: {
    cause: 'A topology under test does not end well in some order of events.',
    mend: 'Read the story in the message: it is the shortest that fails. Keep what a processor remembers in its stores.',
  },
  TEST_NOT_FOUND: {
    cause: 'No test file has the name or the place that was given.',
    mend: 'Correct the path; test files are called *.test.yaml.',
  },
  TEST_INVALID: {
    cause: 'A test file has errors; the message lists all of them.',
    mend: 'Correct the places named; docs/testing.md shows the keys there are.',
  },
} as const;
