import { jsonSchemaOf, type JsonSchema } from '../../topology/json-schema.ts';
import { testFileSpec } from './spec.ts';

/** JSON Schema (draft 7, which every YAML editor knows) of `*.test.yaml`. */
export function testFileJsonSchema(): JsonSchema {
  const schema = jsonSchemaOf(testFileSpec);
  const step = itemOf(itemOf(schema.properties?.['tests']).properties?.['steps']); // of all it may be, it is one
  step.minProperties = 1;
  step.maxProperties = 1;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'tapline tests',
    ...schema,
    // Anchors may be kept under keys of the user's own.
    patternProperties: { '^x-': {} },
  };
}

function itemOf(schema: JsonSchema | boolean | undefined): JsonSchema {
  const items = typeof schema === 'object' ? schema.items : undefined;
  if (typeof items === 'object' && !Array.isArray(items)) return items;
  throw new Error('the schema of test files has changed its form; this is a bug, please report');
}
