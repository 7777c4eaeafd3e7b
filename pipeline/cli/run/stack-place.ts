import { fileURLToPath } from 'node:url';

/** A place in a source file, from 1. */
export interface StackPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The innermost place of a stack in one of these files (absolute paths); null where it passes none of them. */
export function stackPlace(stack: string, files: readonly string[]): StackPlace | null {
  for (const line of stack.split('\n')) {
    const [, address = '', row, column] = /^\s+at .*?((?:file:\/\/)?\/[^()]*?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    const [path = ''] = (address.startsWith('file:') ? fileURLToPath(address) : address).split('?');
    if (files.includes(path)) return { file: path, line: Number(row), column: Number(column) };
  }
  return null;
}
