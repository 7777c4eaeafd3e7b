/** Chapter "recording" of the error catalogue. */
export const recordingErrors = {
  RECORDING_EXISTS: {
    cause: 'The folder a recording shall be kept in holds another one.',
    mend: 'Give another folder, or remove the recording that is there.',
  },
  RECORDING_UNREADABLE: {
    cause: 'A folder holds no recording, or one of a version that is not known.',
    mend: 'Give the folder that tapline record made: it has a recording.json.',
  },
  RECORDING_DAMAGED: {
    cause: 'A file of a recording has other bytes than were written.',
    mend: 'Copy the recording again from where it was made, or record anew.',
  },
  RECORDING_UNWRITABLE: {
    cause: 'There is no room left in the folder of a recording, or no right to write there.',
    mend: 'Make room, correct its rights, or choose another folder. What was recorded before can be played.',
  },
  RECORD_UNREADABLE: {
    cause: 'A line of the input of tapline run is no record.',
    mend: 'A line is a record as tapline consume prints it, such as {"key":"a","value":{"n":1}}; the message says what is wrong.',
  },
} as const;
