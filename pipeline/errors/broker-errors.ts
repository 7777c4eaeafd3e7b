/** Chapter "broker" of the error catalogue. */
export const brokerErrors = {
  BROKER_NOT_AVAILABLE: {
    cause: 'No Kafka broker is reachable and none can be started here.',
    mend: 'Set KAFKA_BROKERS, or install Java 17 and Maven, or Docker.',
  },
  BROKER_START_FAILED: {
    cause: 'The managed broker ended while it started.',
    mend: 'Read its last words; a data folder of another Kafka version can be removed (.tapline/broker/data, its records are lost).',
  },
} as const;
