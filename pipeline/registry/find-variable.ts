import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { missing, type FindVariable, type FoundVariable, type VariableFault } from '../topology/fill-variables.ts';
import type { Variable } from '../topology/variables.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Where {
  readonly environment: Environment;
  /** Where paths of files begin. */
  readonly folder: string;
}

/** Finds variables in the environment, and files from the folder of the file that names them. */
export function variablesFrom(environment: Environment): FindVariable {
  return (variable, { file, line }) => findVariable(variable, { environment, folder: line > 0 ? dirname(file) : '.' });
}

/** What a variable stands for now. What is empty counts as not given. */
export function findVariable(variable: Variable, { environment, folder }: Where): FoundVariable | VariableFault {
  const { kind, name, fallback } = variable;
  if (kind === 'file') return readSecretFile(variable, resolve(folder, name));
  const value = environment[name];
  if (value !== undefined && value !== '') return { value, variable };
  if (fallback !== undefined) return { value: fallback, variable };
  return missing(variable, `the variable ${name} is ${value === undefined ? 'not set' : 'empty'}`);
}

/** Without the line end that editors put behind the last line. */
function readSecretFile(variable: Variable, path: string): FoundVariable | VariableFault {
  try {
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return value === ''
      ? missing(variable, `the file ${path} is empty`)
      : { value, variable: { ...variable, name: path } };
  } catch (error) {
    return missing(variable, faultOf(error, path));
  }
}

function faultOf(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no file ${path}`;
  if (code === 'EACCES') return `the file ${path} may not be read by this user`;
  if (code === 'EISDIR') return `${path} is a folder`;
  return `the file ${path} cannot be read (${code})`;
}
