/** Chapter "broker" of the error catalogue. */
export const brokerErrors = {
  BROKER_NOT_AVAILABLE: {
    cause: 'No Kafka broker is reachable and none can be started here.',
    mend: 'Set KAFKA_BROKERS, or install Java 17 and Maven, or Docker.',
  },
} as const;
