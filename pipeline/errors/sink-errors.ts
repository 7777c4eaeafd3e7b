/** Chapter "sink" of the error catalogue. */
export const sinkErrors = {
  SINK_PORT_BUSY: {
    cause: 'Another program listens on the port that a sink wants.',
    mend: 'Choose another port (with: { port: ... }) or stop the other program.',
  },
  SINK_ADDRESS_UNUSABLE: {
    cause: 'A sink cannot listen where it was told to: the address is not of this machine, or the port needs rights.',
    mend: 'Correct host, or choose a port of 1024 or more.',
  },
  SINK_DISK_FULL: {
    cause: 'There is no room left where a sink writes.',
    mend: 'Make room or choose another directory; the sink tries again by itself and misses nothing.',
  },
  SINK_FILE_UNWRITABLE: {
    cause: 'A sink may not write to its directory, or something else is in its way.',
    mend: 'Correct the rights of the directory, or choose another.',
  },
  SINK_NOT_PICTURE: {
    cause: 'The files sink was told to write pictures, but a record holds none.',
    mend: 'Tap a topic with encoded pictures, or use format: jsonl.',
  },
  SINK_NOT_ALERT: {
    cause: 'The clip sink was handed a record that is no alert.',
    mend: 'Tap a topic that a stage with process: rules writes.',
  },
  SINK_CUT_SHORT: {
    cause: 'The tap was stopped while it cut a clip.',
    mend: 'Nothing to do: the clip is cut when the tap runs again, as long as its pictures are in their topic.',
  },
  SINK_NO_ANSWER: {
    cause: 'The address of a webhook could not be reached or did not answer in time.',
    mend: 'Check the address and its server; raise timeout, or onError.retries of the tap, if it is away for longer.',
  },
  SINK_REFUSED: {
    cause: 'The server behind a webhook answered with an error status.',
    mend: 'See what it says. After 408, 425, 429 and 5xx the record is sent again, as onError of the tap says; else it is set aside.',
  },
  SINK_DATABASE_AWAY: {
    cause: 'The database of a sql sink cannot be reached, is locked, or lacks the table or the right to write to it.',
    mend: 'See what it says. The sink tries again until it can write, whatever onError of its tap says; nothing is lost.',
  },
  SINK_TABLE_UNFIT: {
    cause:
      'The table of a sql sink is not there, lacks columns, or has no PRIMARY KEY or UNIQUE constraint on its key.',
    mend: 'Run the statement that it names, or let the sink make the table (create: { column: type }).',
  },
  SINK_ROW_INVALID: {
    cause:
      'A record cannot become a row: its value is no JSON object, or lacks the key, or has a field without a column.',
    mend: 'Correct what writes the topic, choose fields with columns, or add the column to the table.',
  },
  SINK_ROW_REFUSED: {
    cause: 'The database has refused a row: a constraint, or a value that its column cannot hold.',
    mend: 'See what it says; correct the record, or the table, and replay the dead letter.',
  },
} as const;
