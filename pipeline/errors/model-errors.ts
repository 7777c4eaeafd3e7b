/** Chapter "model" of the error catalogue. */
export const modelErrors = {
  MODEL_NOT_AVAILABLE: {
    cause: 'The model files are not in the cache and no address answers.',
    mend: 'Run npm run models:pull with a network, or copy the files into the model folder.',
  },
} as const;
