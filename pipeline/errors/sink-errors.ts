/** Chapter "sink" of the error catalogue. */
export const sinkErrors = {
  SINK_PORT_BUSY: {
    cause: 'Another program listens on the port that a sink wants.',
    mend: 'Choose another port (with: { port: ... }) or stop the other program.',
  },
} as const;
