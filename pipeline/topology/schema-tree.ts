import { z } from 'zod';
import type { Path } from './located.ts';

type Schema = z.core.$ZodType;

/** The keys an object schema knows at a path; none where the path leads to no object. */
export function keysAt(schema: Schema, path: Path): readonly string[] {
  return schemasAt(schema, path).flatMap((found) => {
    const { def } = (found as z.core.$ZodTypes)._zod;
    return def.type === 'object' ? Object.keys(def.shape) : [];
  });
}

/** The `.describe()` text at a path, without its full stop; undefined where there is none. */
export function descriptionAt(schema: Schema, path: Path): string | undefined {
  for (const outer of schemasAt(schema, path, 'wrapped')) {
    const text = describedIn(outer);
    if (text !== undefined) return text.replace(/\.$/, '');
  }
  return undefined;
}

function describedIn(schema: Schema): string | undefined {
  const text = z.globalRegistry.get(schema)?.description;
  if (text !== undefined) return text;
  const [inner] = unwrapped(schema);
  return inner === undefined || inner === schema ? undefined : describedIn(inner);
}

function schemasAt(schema: Schema, path: Path, last: 'bare' | 'wrapped' = 'bare'): readonly Schema[] {
  const [step, ...rest] = path;
  if (step === undefined) return last === 'wrapped' ? [schema] : bare(schema);
  return bare(schema).flatMap((found) => childrenOf(found, step).flatMap((child) => schemasAt(child, rest, last)));
}

/** The schemas left when optional, default, pipe, union and the like are taken off. */
function bare(schema: Schema): readonly Schema[] {
  const inner = unwrapped(schema);
  return inner.length === 0 ? [schema] : inner.flatMap(bare);
}

function unwrapped(schema: Schema): readonly Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'nonoptional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return [def.innerType];
    case 'pipe':
      return [def.in];
    case 'lazy':
      return [def.getter()];
    case 'union':
      return def.options;
    case 'intersection':
      return [def.left, def.right];
    default:
      return [];
  }
}

function childrenOf(schema: Schema, step: PropertyKey): readonly Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'record') return [def.valueType];
  if (def.type === 'array') return [def.element];
  const child = def.type === 'object' ? def.shape[String(step)] : undefined;
  return child ? [child] : [];
}
