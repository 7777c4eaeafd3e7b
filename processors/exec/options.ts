import { z } from 'zod';
import { duration } from '../../pipeline/index.ts';

/** What only a shell, or a list, can tell apart. */
const NEEDS_SHELL = /["'`$|&;<>*?(){}\\~#]/;

/** Options of `exec`. */
export const options = z
  .strictObject({
    command: z
      .union([z.string().regex(/\S/, { error: 'must name a program' }), z.array(z.string()).min(1)])
      .describe('The program and its arguments: a list, or a text that is split at spaces. No shell reads it.'),
    shell: z.boolean().default(false).describe('Hand `command`, one text then, to /bin/sh.'),
    cwd: z
      .string()
      .min(1)
      .optional()
      .describe('Its working folder, relative to the folder of the topology file, which is the default.'),
    env: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe('Environment variables, besides those of the worker and TAPLINE_STAGE.'),
    framing: z
      .enum(['json', 'bytes'])
      .default('json')
      .describe(
        'json: a JSON line for each record and each answer. bytes: length-prefixed, for pictures and the like.',
      ),
    inFlight: z
      .int()
      .min(1)
      .max(1024)
      .default(1)
      .describe('Records it may have in hand at once. It may answer them in any order; outputs keep theirs.'),
    ready: duration('100ms', '1h')
      .optional()
      .describe(
        'It says when it can take records, within this time of its start, as one that loads a model does. ' +
          'Left out: it can take them at once.',
      ),
  })
  .superRefine(({ command, shell }, context) => {
    const say = (message: string): void => {
      context.addIssue({ code: 'custom', path: ['command'], message });
    };
    if (shell && typeof command !== 'string') say('must be one text with shell: true');
    if (!shell && typeof command === 'string' && NEEDS_SHELL.test(command))
      say('has characters that no shell reads here; give a list such as [python3, "my file.py"], or set shell: true');
  });

export type ExecOptions = z.output<typeof options>;
