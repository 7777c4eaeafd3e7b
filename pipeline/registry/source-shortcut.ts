import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../errors/pipeline-error.ts';
import { entriesAt, type Located } from '../topology/located.ts';
import type { Assignment } from '../topology/overrides.ts';
import { listed } from '../topology/suggest.ts';
import { builtInNames } from './built-ins.ts';

const ADDRESS = /^[a-z][a-z0-9+.-]+:\/\//i;
const PICTURE = /\.(jpe?g|png|webp|gif|avif)$/i;

/**
 * What `--source street.mp4` or `--source webcam` is short for, as `--set` assignments for the one source of the
 * topology. A file is taken as seen from the current folder; a folder, a pattern or a picture means `images`.
 * @throws UserError TOPOLOGY_BAD_OVERRIDE where the topology has not exactly one source.
 */
export function expandSourceShortcut(root: Located, shortcut: string): readonly Assignment[] {
  const names = [...entriesAt(root, ['sources']).keys()];
  const [name] = names;
  const given = `--source ${shortcut}`;
  if (name === undefined || names.length > 1) {
    const problem =
      names.length === 0 ? 'the topology has no source' : `the topology has several sources (${listed(names)})`;
    const mend = `say which with --set sources.${name ?? 'camera'}.type=video --set sources.${name ?? 'camera'}.with.path=${shortcut}`;
    throw new UserError('TOPOLOGY_BAD_OVERRIDE', `${given} replaces the one source, but ${problem}; ${mend}`);
  }
  const set = (key: string, value: string): Assignment => ({
    text: `sources.${name}.${key}=${JSON.stringify(value.replaceAll('${', () => '$${'))}`,
    given,
  });
  if (builtInNames('source').includes(shortcut)) return [set('type', shortcut)];
  const path = ADDRESS.test(shortcut) ? shortcut : resolve(shortcut);
  return [set('type', isPictures(path) ? 'images' : 'video'), set('with.path', path)];
}

function isPictures(path: string): boolean {
  if (ADDRESS.test(path)) return false;
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder || PICTURE.test(path) || /[*?{[]/.test(path.replace(/^.*[\\/]/, ''));
}
