import type { z } from 'zod';

type JsonSchema = z.core.JSONSchema.JSONSchema;
type Inner = JsonSchema | boolean;

/** What a variable looks like where text is not what is asked for. */
const VARIABLE: JsonSchema = { type: 'string', pattern: '\\$\\{' };

/** The schema of what may be written: a variable in the place of every number, choice and formed text, too. */
export function withVariables(schema: JsonSchema): JsonSchema {
  if (isClosedScalar(schema)) {
    const { description, default: fallback, title, ...rest } = schema;
    return {
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(fallback !== undefined && { default: fallback }),
      anyOf: [rest, VARIABLE],
    };
  }
  const { oneOf, anyOf = oneOf, ...others } = schema;
  return {
    ...others,
    ...(schema.properties && { properties: mapped(schema.properties) }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: allowed(schema.additionalProperties),
    }),
    ...(typeof schema.items === 'object' && !Array.isArray(schema.items) && { items: allowed(schema.items) }),
    ...(anyOf && { anyOf: anyOf.some(isAnyText) ? anyOf : anyOf.map(allowed) }),
    ...(schema.allOf && { allOf: schema.allOf.map(allowed) }),
    ...(typeof schema.then === 'object' && { then: allowed(schema.then) }),
  };
}

function isAnyText(schema: Inner): boolean {
  return typeof schema === 'object' && schema.type === 'string' && !isClosedScalar(schema);
}

/** A value that not every text is. */
function isClosedScalar({ type, enum: choices, const: only, pattern, format }: JsonSchema): boolean {
  if (only !== undefined || choices !== undefined) return true;
  if (type === 'string') return pattern !== undefined || format !== undefined;
  return type === 'number' || type === 'integer' || type === 'boolean';
}

function mapped(properties: Readonly<Record<string, Inner>>): Record<string, Inner> {
  return Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, allowed(inner)]));
}

function allowed<Schema extends Inner>(schema: Schema): Schema | JsonSchema {
  return typeof schema === 'object' ? withVariables(schema) : schema;
}
