/** Chapter "kafka" of the error catalogue. */
export const kafkaErrors = {
  RECORD_TOO_LARGE: {
    cause: 'A record is larger than its topic accepts.',
    mend: 'Raise maxMessageBytes of the topic, or make the record smaller.',
  },
} as const;
