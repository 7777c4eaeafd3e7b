/** Chapter "aggregate" of the error catalogue. */
export const aggregateErrors = {
  AGGREGATE_INPUT_INVALID: {
    cause: 'An aggregate that needs numbers (sum, min, max, mean, by of topK) was given something else by a record.',
    mend: 'Correct the expression or the record, or convert it: $number(price).',
  },
  AGGREGATE_TIME_INVALID: {
    cause: 'The event time of a record is no number of milliseconds since 1970 and no ISO 8601 time.',
    mend: 'Correct the expression under time:, such as seconds * 1000; without it the timestamp of the record counts.',
  },
  HYSTERESIS_VALUE_INVALID: {
    cause: 'The value of a record that thresholds are held against is no number.',
    mend: 'Correct the expression under value: or the record, or convert it: $number(celsius).',
  },
  KEY_INVALID: {
    cause: 'The expression of a new key gave no text and no number for a record.',
    mend: 'Correct the expression, or choose a key every record has, such as $string(id).',
  },
} as const;
