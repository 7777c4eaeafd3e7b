#!/usr/bin/env node
import { endWith } from './exit.ts';
import { createProgram } from './program.ts';

/** The one executable. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader of a pipe has seen enough
  throw error;
});

const program = await createProgram(process.argv[2]);
await program.parseAsync().catch(endWith);
