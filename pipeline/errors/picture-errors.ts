/** Chapter "picture" of the error catalogue. */
export const pictureErrors = {
  PICTURE_UNREADABLE: {
    cause: 'The bytes are no picture of a supported format, or a damaged one.',
    mend: 'Supported are JPEG, PNG, WebP, GIF and AVIF; repair or remove the file.',
  },
} as const;
