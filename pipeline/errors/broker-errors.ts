/** Chapter "broker" of the error catalogue. */
export const brokerErrors = {
  BROKER_NOT_AVAILABLE: {
    cause: 'No Kafka broker is reachable and none can be started here.',
    mend: 'Set KAFKA_BROKERS, or install Java 17 and Maven, or Docker.',
  },
  BROKER_START_FAILED: {
    cause: 'The managed broker ended while it started, or took no record within a minute.',
    mend: 'Read its last words; a data folder of another Kafka version can be removed (.tapline/broker/data, its records are lost).',
  },
  BROKER_START_INTERRUPTED: {
    cause: 'Ctrl-C or SIGTERM came while the broker was starting; nothing is left running.',
    mend: 'Start again.',
  },
} as const;
