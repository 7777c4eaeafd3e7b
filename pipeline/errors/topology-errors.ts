/** Chapter "topology" of the error catalogue. */
export const topologyErrors = {
  TOPOLOGY_UNREADABLE: {
    cause: 'The topology file cannot be read.',
    mend: 'Check the path and its permissions; without a path, topology.yaml of the current folder is read.',
  },
} as const;
