/** Chapter "topology" of the error catalogue. */
export const topologyErrors = {
  TOPOLOGY_UNREADABLE: {
    cause: 'The topology file cannot be read.',
    mend: 'Check the path and its permissions; without a path, topology.yaml of the current folder is read.',
  },
  TOPOLOGY_INVALID: {
    cause: 'The topology has errors; the message lists all of them, each with its own code.',
    mend: 'Correct the places named; every finding says how.',
  },
  TOPOLOGY_YAML: {
    cause: 'The topology file is not valid YAML.',
    mend: 'Correct the line named or the one above: mostly an indentation, a quote or a bracket.',
  },
  TOPOLOGY_TOO_LARGE: {
    cause: 'The topology file is larger than any topology needs, or its aliases multiply.',
    mend: 'Make it smaller, or split it into several topologies.',
  },
  TOPOLOGY_EMPTY: {
    cause: 'The topology has no source, no stage and no tap, so there is nothing to run.',
    mend: 'Add a source and a stage; docs/reference.md shows how.',
  },
  TOPOLOGY_DUPLICATE_KEY: {
    cause: 'A key is given twice in one mapping.',
    mend: 'Remove or rename one of the two.',
  },
  TOPOLOGY_UNKNOWN_KEY: {
    cause: 'A key is not one of those the topology file knows there.',
    mend: 'Correct its spelling, or put it under with: when it is an option of the type.',
  },
  TOPOLOGY_MISSING_KEY: {
    cause: 'A key that must be there is absent.',
    mend: 'Add it; docs/reference.md says what it means.',
  },
  TOPOLOGY_INVALID_VALUE: {
    cause: 'A value has the wrong type, or is outside of what is allowed.',
    mend: 'Give a value as the message says.',
  },
  TOPOLOGY_BAD_NAME: {
    cause: 'The name of a topic, source, stage or tap has characters or a length that Kafka does not allow.',
    mend: 'Use letters, digits, "-" and "_" (and "." in topics).',
  },
  TOPOLOGY_NAME_TAKEN: {
    cause: 'Two parts of one topology have the same name, so their dead letter topics would be the same.',
    mend: 'Rename one of them.',
  },
  TOPOLOGY_UNKNOWN_PROCESSOR: {
    cause: 'A stage names a processor that is not built in and not found beside the topology file.',
    mend: 'Correct the name, or give the path of your module.',
  },
  TOPOLOGY_UNKNOWN_SOURCE: {
    cause: 'A source has a type that is not built in and not found beside the topology file.',
    mend: 'Correct the type, or give the path of your module.',
  },
  TOPOLOGY_UNKNOWN_SINK: {
    cause: 'A tap names a sink that is not built in and not found beside the topology file.',
    mend: 'Correct the name, or give the path of your module.',
  },
  TOPOLOGY_BROKEN_MODULE: {
    cause: 'A module of the user does not load, or exports nothing that can be used.',
    mend: 'Correct the module; it needs one default export made by defineProcessor, defineSource or defineSink.',
  },
  TOPOLOGY_UNKNOWN_OPTION: {
    cause: 'An option under with: is not one of those the type has.',
    mend: 'Correct its spelling, or remove it.',
  },
  TOPOLOGY_MISSING_OPTION: {
    cause: 'An option that the type needs is absent.',
    mend: 'Add it under with:.',
  },
  TOPOLOGY_INVALID_OPTION: {
    cause: 'An option under with: has the wrong type, or is outside of what is allowed.',
    mend: 'Give a value as the message says.',
  },
  TOPOLOGY_OPTIONS_NOT_JSON: {
    cause: 'The options schema of a module makes values that are no JSON, which cannot travel to worker processes.',
    mend: 'Keep transforms (dates, regular expressions) out of the schema and do them in create.',
  },
  TOPOLOGY_UNKNOWN_OUTPUT: {
    cause: 'A stage gives a topic to an output that its processor does not have.',
    mend: 'Use default or one of the named outputs of the processor.',
  },
  TOPOLOGY_MISSING_OUTPUT: {
    cause: 'The options of a stage ask for a named output (late: true of aggregate) that has no topic.',
    mend: 'Name a topic for it under to, or leave the option out.',
  },
  TOPOLOGY_UNKNOWN_TOPIC: {
    cause: 'A stage or a tap reads a topic that nothing in the topology provides.',
    mend: 'Correct its name, or list it under topics: when others write it.',
  },
  TOPOLOGY_UNUSED_TOPIC: {
    cause: 'A topic is listed under topics: but nothing reads or writes it.',
    mend: 'Correct its name, or remove it.',
  },
  TOPOLOGY_TOPIC_COLLISION: {
    cause: 'Two topic names differ only in "." and "_", which Kafka refuses.',
    mend: 'Rename one of them.',
  },
  TOPOLOGY_DEAD_LETTER_TOPIC: {
    cause: 'A source or stage writes into a topic that holds dead letters.',
    mend: 'Give the output another name.',
  },
  TOPOLOGY_DUPLICATE_TOPIC: {
    cause: 'One stage names the same topic twice among its inputs or its outputs.',
    mend: 'Remove one of the two.',
  },
  TOPOLOGY_SEGMENT_TOO_SMALL: {
    cause: 'A log segment of a topic could not hold its largest record.',
    mend: 'Raise segmentBytes, or lower maxMessageBytes.',
  },
  TOPOLOGY_SELF_LOOP: {
    cause: 'A stage writes a topic that it reads, so every record would go round for ever.',
    mend: 'Write to another topic.',
  },
  TOPOLOGY_CYCLE: {
    cause: 'Stages feed each other in a circle; records go round until a processor lets none through.',
    mend: 'Break the circle, or make sure that a processor in it ends it.',
  },
  TOPOLOGY_IDLE_REPLICAS: {
    cause: 'A stage has more replicas than its inputs have partitions; the surplus gets no work.',
    mend: 'Raise the partitions of the input, or lower the replicas.',
  },
  TOPOLOGY_NOT_COPARTITIONED: {
    cause: 'A stage joins topics with different partition counts, so records of one key would not meet.',
    mend: 'Give the topics the same partitions under topics:, or put a repartition stage in front of one of them.',
  },
  TOPOLOGY_INPUT_MISMATCH: {
    cause: 'The topics that the options of a stage name are not those under its from:.',
    mend: 'Name the same topics in both places.',
  },
  TOPOLOGY_NO_EFFECT: {
    cause: 'A setting has no effect where it stands.',
    mend: 'Remove it, or set what it depends on.',
  },
  TOPOLOGY_CONTRADICTION: {
    cause: 'Two settings of one part exclude each other.',
    mend: 'Change one of them, as the message says.',
  },
  TOPOLOGY_BAD_EXPRESSION: {
    cause: 'A JSONata expression under where: or select: is not valid.',
    mend: 'Correct it at the position named; docs.jsonata.org describes the language.',
  },
  TOPOLOGY_PORT_TAKEN: {
    cause: 'Two sources or taps want to listen on the same port.',
    mend: 'Give one of them another port.',
  },
  TOPOLOGY_VARIABLE_MISSING: {
    cause: 'A value names an environment variable that is not set or empty, or a file that cannot be read.',
    mend: 'Set it, or give a default: ${NAME:-default}.',
  },
  TOPOLOGY_VARIABLE_INVALID: {
    cause: 'A value has "${" in it that is no variable.',
    mend: 'Write ${NAME}, ${NAME:-default}, ${secret:NAME} or ${file:path}, or $${ for the characters themselves.',
  },
  TOPOLOGY_SECRET_MISPLACED: {
    cause:
      'A secret (${secret:NAME}, ${file:path}) stands somewhere else than among the options of a part, which are all that is hidden.',
    mend: 'Put it under with:, or use ${NAME} where the value may be shown.',
  },
  TOPOLOGY_SECRET_CHANGED: {
    cause: 'The options schema of a module makes something else of a secret, in which it could not be hidden.',
    mend: 'Keep transforms of it out of the schema and do them in create.',
  },
  TOPOLOGY_NOTHING_TO_REMOVE: {
    cause: 'A key without a value in an overlay takes away what stands beneath, but nothing does.',
    mend: 'Correct its spelling, or remove it.',
  },
  TOPOLOGY_EXTENDS: {
    cause: 'A file that a topology extends is not there, cannot be read, or extends the topology itself.',
    mend: 'Correct the path; it begins at the folder of the file that names it.',
  },
  TOPOLOGY_BAD_OVERRIDE: {
    cause: 'A --set or --source does not fit the topology.',
    mend: 'Write --set key=value with a key of the file, such as stages.detect.replicas=2.',
  },
} as const;
