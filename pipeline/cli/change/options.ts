import { Option } from 'commander';

/** For `plan` and `apply`, which otherwise keep what `up` was told. */
export function fileOnlyOption(): Option {
  return new Option('--file-only', 'without what the running up was told by --set and --source').default(false, 'no');
}
