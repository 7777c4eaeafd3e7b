/** Chapter "mqtt" of the error catalogue. */
export const mqttErrors = {
  MQTT_FILE_UNREADABLE: {
    cause: 'A certificate or key for the connection to an MQTT broker cannot be read.',
    mend: 'Correct its path under tls, which begins at the folder of the topology file, or its rights.',
  },
  MQTT_SUBSCRIPTION_REFUSED: {
    cause: 'An MQTT broker does not let a source read what its topics ask for.',
    mend: 'Correct topics, or the rights of the user at the MQTT broker; the source tries again by itself.',
  },
  MQTT_MESSAGE_INVALID: {
    cause: 'An MQTT message is not what the source was told to expect, or gives no key, id or time.',
    mend: 'Correct what publishes it, or the options as, key, id and time of the source.',
  },
  MQTT_TOPIC_INVALID: {
    cause:
      'A record gives no MQTT topic: an expression in the topic of the sink finds no text or number, or a wildcard.',
    mend: 'Correct topic of the sink, or let where of the tap pass only records that have one.',
  },
  MQTT_MESSAGE_REFUSED: {
    cause: 'An MQTT broker ends the connection whenever it gets a certain message.',
    mend: 'Look at its log: the message may be too large for it, or the user may not publish to this topic.',
  },
  MQTT_UNACKNOWLEDGED: {
    cause: 'A sink was stopped while an MQTT broker had not acknowledged a message.',
    mend: 'None is needed: the record is published again at the next start.',
  },
} as const;
