import { Option } from 'commander';
import { UserError } from '../errors/pipeline-error.ts';

/** An option that takes a whole number from `least` on, such as `--limit <n>`. */
export function countOption(flags: string, description: string, least = 1): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string) => {
    if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
    throw new UserError('ARGUMENT_INVALID', `${option.long} ${text} is no whole number from ${least} on; give one`);
  });
}
