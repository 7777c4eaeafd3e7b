import { z } from 'zod';
import { SECTIONS } from './graph.ts';
import type { Definition, Registry } from './registry.ts';
import { withVariables } from './schema-variables.ts';
import { topologySpec } from './spec.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** JSON Schema (draft 7, which every YAML editor knows) of topology.yaml, with the options of all registered types. */
export function topologyJsonSchema(registry: Registry): JsonSchema {
  const schema = jsonSchemaOf(topologySpec);
  for (const { section, typeKey, types } of Object.values(SECTIONS)) {
    const definitions = [...registry[types].values()].map(({ definition }) => definition);
    addTypes(partSchema(schema, section), typeKey, definitions);
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'tapline topology',
    ...withVariables(schema),
    // Anchors may be kept under keys of the user's own.
    patternProperties: { '^x-': {} },
  };
}

/** JSON Schema of a zod schema as a file writes it: before defaults and transforms. */
export function jsonSchemaOf(schema: z.core.$ZodType): JsonSchema {
  const json = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => withoutSafeIntegerBounds(jsonSchema),
  });
  delete json.$schema;
  return json;
}

/** zod bounds every integer by what a double holds: true, and of no use to a reader. */
function withoutSafeIntegerBounds(schema: JsonSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

function partSchema(schema: JsonSchema, section: string): JsonSchema {
  return asObject(asObject(schema.properties?.[section]).additionalProperties);
}

function addTypes(part: JsonSchema, typeKey: string, definitions: readonly Definition[]): void {
  const reference = asObject(part.properties?.[typeKey]);
  const named = definitions.map(({ name, summary }) => ({ const: name, description: summary }));
  part.properties = { ...part.properties, [typeKey]: { ...reference, anyOf: [...named, { type: 'string' }] } };
  part.allOf = definitions.map((definition) => ({
    if: { properties: { [typeKey]: { const: definition.name } }, required: [typeKey] },
    then: partOfType(definition),
  }));
}

function partOfType(definition: Definition): JsonSchema {
  const options = jsonSchemaOf(definition.options);
  const named = definition.kind === 'processor' ? (definition.outputs ?? []) : 'any';
  const outputs = named === 'any' ? [] : ['default', ...named];
  return {
    properties: {
      with: options,
      ...(outputs.length > 0 && { to: { propertyNames: { enum: outputs } } }),
    },
    ...((options.required?.length ?? 0) > 0 && { required: ['with'] }),
  };
}

function asObject(schema: JsonSchema | boolean | undefined): JsonSchema {
  if (typeof schema === 'object') return schema;
  throw new Error('the schema of topology.yaml has changed its form; this is a bug, please report');
}
