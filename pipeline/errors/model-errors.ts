/** Chapter "model" of the error catalogue. */
export const modelErrors = {
  MODEL_NOT_AVAILABLE: {
    cause: 'The model files are not in the cache and no address answers.',
    mend: 'Run npm run models:pull with a network, or copy the files into the model folder.',
  },
  MODEL_FOLDER_UNUSABLE: {
    cause: 'The folder for the model files cannot be read or written.',
    mend: 'Correct its rights, or name another (modelDirectory of the stage, --directory, or TAPLINE_HOME).',
  },
  DETECTOR_BACKEND_UNAVAILABLE: {
    cause: 'A backend of the detector cannot be loaded on this machine.',
    mend: 'Use backend: onnx; for tfjs-node run scripts/tfjs-node-from-wheel.sh on Node 20 or 22.',
  },
  DETECTOR_THREAD_DIED: {
    cause: 'The thread that looked at a frame ended before it had an answer; the next frame gets a new thread.',
    mend: 'If it happens again and again, see the log of the worker, and give the machine more memory.',
  },
  DETECTION_FAILED: {
    cause: 'The backend of the detector failed at a frame.',
    mend: 'Use another backend; if it is onnx that failed, please report it.',
  },
} as const;
