/** Chapter "picture" of the error catalogue. */
export const pictureErrors = {
  PICTURE_UNREADABLE: {
    cause: 'A picture is damaged: cut short, with broken data, or raw pixels that do not fill their frame.',
    mend: 'Repair or remove the file, or correct its producer.',
  },
  PICTURE_FORMAT_REFUSED: {
    cause: 'The bytes are no picture of a supported format, whatever their name says.',
    mend: 'Supported are JPEG, PNG, WebP, GIF and AVIF; convert the picture, or correct the source.',
  },
  PICTURE_TOO_LARGE: {
    cause: 'The header of a picture names more pixels than the stage accepts.',
    mend: 'Raise maxPixels of the decode stage if the picture is honest.',
  },
  PICTURE_NOT_RAW: {
    cause: 'A stage that works on raw pixels was given an encoded picture, or something that is no picture.',
    mend: 'Put a decode stage before it.',
  },
} as const;
