import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../errors/pipeline-error.ts';
import { missing, type FindVariable } from '../topology/fill-variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds variables in the environment, and files from the folder of the file that names them. What is empty counts as
 * not given.
 */
export function variablesFrom(environment: Environment): FindVariable {
  return (variable, place) => {
    const { kind, name, fallback } = variable;
    if (kind === 'file') {
      const from = place.line > 0 ? dirname(place.file) : '.';
      const content = readSecretFile(resolve(from, name));
      if ('text' in content && content.text !== '') return content.text;
      return fallback ?? missing(variable, `"${name}" ${'text' in content ? 'is empty' : content.fault}`);
    }
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    return fallback ?? missing(variable, `the variable ${name} is ${value === undefined ? 'not set' : 'empty'}`);
  };
}

/** Without the line end that editors put behind the last line. */
function readSecretFile(path: string): { readonly text: string } | { readonly fault: string } {
  try {
    return { text: readFileSync(path, 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    return { fault: `cannot be read: ${messageOf(error)}` };
  }
}
