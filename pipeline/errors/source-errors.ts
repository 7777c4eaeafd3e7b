/** Chapter "source" of the error catalogue. */
export const sourceErrors = {
  SOURCE_TOOL_MISSING: {
    cause: 'A program that a source needs is not installed.',
    mend: 'Install it (for ffmpeg: apt-get install ffmpeg, brew install ffmpeg).',
  },
} as const;
