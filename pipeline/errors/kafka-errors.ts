/** Chapter "kafka" of the error catalogue. */
export const kafkaErrors = {
  RECORD_TOO_LARGE: {
    cause: 'A record is larger than its topic accepts.',
    mend: 'Raise maxMessageBytes of the topic, or make the record smaller.',
  },
  RECORD_REFUSED: {
    cause:
      'The broker will never take a record: its timestamp is more than an hour ahead, or its topic is compacted and it has no key.',
    mend: 'Correct the clock of the source, or give the record a key.',
  },
  PARTITION_UNKNOWN: {
    cause: 'A record is for a partition that its topic does not have.',
    mend: 'Choose the partition with partitionFor, or raise partitions of the topic.',
  },
  TOPIC_UNKNOWN: {
    cause: 'A topic does not exist, and topics are never created by merely using them.',
    mend: 'Create it with tapline topics create, or name it in the topology; check its spelling.',
  },
  TOPIC_EXISTS: {
    cause: 'A topic that shall be created is already there.',
    mend: 'Choose another name, or delete the topic first.',
  },
  TOPIC_REFUSED: {
    cause: 'The broker does not accept a topic or a setting of it.',
    mend: 'Correct the setting that the message names.',
  },
  TOPIC_CONFLICT: {
    cause: 'An existing topic differs from the topology in a way that Kafka cannot change.',
    mend: 'Write in the topology what the topic has, or delete the topic (its records are lost).',
  },
  KAFKA_UNREACHABLE: {
    cause: 'No broker answers at the given addresses.',
    mend: 'Check KAFKA_BROKERS, that the broker runs, and that nothing between here and there blocks its port.',
  },
  KAFKA_REFUSED: {
    cause: 'The broker refused a request: mostly wrong credentials, or a right that this user lacks.',
    mend: 'Check the KAFKA_SASL_* settings and the access rules of the user.',
  },
  TRANSACTION_LOST: {
    cause: 'A transaction was interrupted, or another worker has taken its task or source over.',
    mend: 'Nothing: the task or source begins anew where it has committed. If it comes again and again, look for slow brokers.',
  },
  KAFKA_ENVIRONMENT_INVALID: {
    cause: 'An environment variable that tells how to reach Kafka has a value it cannot have.',
    mend: 'Correct the variable that the message names; docs/reference.md lists them.',
  },
  KAFKAJS_VERSION: {
    cause: 'Another version of kafkajs is installed than the one its patches were made for.',
    mend: 'Run npm ci, which installs the pinned version.',
  },
} as const;
