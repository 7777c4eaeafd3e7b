/** Chapter "source" of the error catalogue. */
export const sourceErrors = {
  SOURCE_TOOL_MISSING: {
    cause: 'A program that a source needs is not installed.',
    mend: 'Install it (for ffmpeg: apt-get install ffmpeg, brew install ffmpeg, choco install ffmpeg).',
  },
  SOURCE_TOOL_DIED: {
    cause: 'The ffmpeg of a source was killed from outside or could not be started.',
    mend: 'The source starts again by itself; look for what killed it (memory, an administrator).',
  },
  SOURCE_FILE_MISSING: {
    cause: 'A source names a file or folder that is not there or holds nothing.',
    mend: 'Correct its path; a relative one begins at the folder of the topology file.',
  },
  SOURCE_VIDEO_UNREADABLE: {
    cause: 'ffmpeg found no picture in a file: it is empty, damaged, or holds no video.',
    mend: 'Play it with ffplay to see for yourself; convert or replace it.',
  },
  SOURCE_FILE_UNREADABLE: {
    cause: 'One file of a folder could not be read.',
    mend: 'Correct its rights, or take it out of the folder.',
  },
  SOURCE_RECORD_TOO_LARGE: {
    cause: 'A file, an answer or a line is larger than the source may send.',
    mend: 'Raise maxBytes of the source (and maxMessageBytes of its topic), or make it smaller.',
  },
  SOURCE_LINE_INVALID: {
    cause: 'A line of standard input is not the JSON that was promised, or lacks the field of the key.',
    mend: 'Correct what writes the lines, or use format: lines.',
  },
  SOURCE_NO_ANSWER: {
    cause: 'An address could not be reached or did not answer in time.',
    mend: 'Check the address and its server; raise timeout if it is slow.',
  },
  SOURCE_BAD_ANSWER: {
    cause: 'An address answered with an error status, or with something that is not what was asked for.',
    mend: 'Check the address; set as: to what it really serves.',
  },
  SOURCE_PORT_BUSY: {
    cause: 'Another program listens on the port that a source wants.',
    mend: 'Choose another port (with: { port: ... }) or stop the other program.',
  },
  SOURCE_CERTIFICATE_UNUSABLE: {
    cause: 'The files a source was given are no certificate and its key, or cannot be read.',
    mend: 'Correct cert and key (PEM, of each other), or leave both out: the source then makes its own.',
  },
  SOURCE_ADDRESS_UNUSABLE: {
    cause: 'A source cannot listen where it was told to: the address is not of this machine, or the port needs rights.',
    mend: 'Correct host, or choose a port of 1024 or more.',
  },
  SOURCE_DATABASE_AWAY: {
    cause: 'The database of a sql source cannot be reached, or is locked.',
    mend: 'Check its address and its server. The source tries again by itself and goes on where it was.',
  },
  SOURCE_QUERY_REFUSED: {
    cause:
      'The database has refused the query of a sql source: no such table or column, a right, a mistake in the SQL.',
    mend: 'Correct table, query or the columns of its mode.',
  },
} as const;
