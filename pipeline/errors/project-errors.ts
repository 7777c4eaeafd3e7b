/** Chapter "projects" of the error catalogue. */
export const projectErrors = {
  PROJECT_FILES_EXIST: {
    cause: 'Files that tapline init or tapline new would write are there already; nothing was written.',
    mend: 'Choose another folder (--dir) or name, or take the files away.',
  },
  PROJECT_UNWRITABLE: {
    cause: 'tapline init or tapline new may not write into a folder, or something else is in the way.',
    mend: 'Correct the rights of the folder, or choose another (--dir).',
  },
} as const;
