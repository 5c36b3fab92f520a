/** Generates docs/openapi.json from the endpoint table. With `--check`, only fails if the file is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { type DocumentedEndpoint, type EndpointName, endpoints } from '../shared/endpoints.ts';
import { type FailureCode, fail } from '../shared/failures.ts';
import { type CharacterLimit, type JsonSchemaHint, PresentedKey } from '../shared/fields.ts';
import { joinKeyHeader } from '../shared/paths.ts';

type JsonObject = Record<string, unknown>;

const file = new URL('./openapi.json', import.meta.url);

function hasLimit(requirement: unknown): requirement is CharacterLimit {
  return typeof requirement === 'function' && 'maxLength' in requirement;
}

/** Conversion to the schemas of OpenAPI 3.1 (JSON Schema 2020-12), whose `maxLength` counts code points too. */
const conversion: ConversionConfig = {
  typeMode: 'input',
  errorMode: 'ignore',
  overrideSchema: ({ valibotSchema }) => {
    const hint = (v.getMetadata(valibotSchema as v.GenericSchema) as Partial<JsonSchemaHint>).jsonSchema;
    return hint ? { ...hint } : undefined;
  },
  overrideAction: ({ valibotAction, jsonSchema }) => {
    const requirement = 'requirement' in valibotAction ? valibotAction.requirement : undefined;
    return hasLimit(requirement) ? { ...jsonSchema, maxLength: requirement.maxLength } : undefined;
  },
};

function schemaOf(schema: v.GenericSchema, config: ConversionConfig = {}): JsonObject {
  const { $schema: _, ...rest } = toJsonSchema(schema, { ...conversion, ...config });
  return rest;
}

/** The hinted schema of a parameter whose value can only be sent as text. */
function textParameterSchema(property: unknown): unknown {
  return typeof property === 'object' && property !== null && 'jsonSchema' in property ? property.jsonSchema : property;
}

function parametersOf(location: 'path' | 'query', schema: v.GenericSchema): JsonObject[] {
  const { properties = {}, required = [] } = schemaOf(schema) as { properties?: JsonObject; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: location,
    required: required.includes(name),
    schema: textParameterSchema(property),
  }));
}

function envelope(statusCode: number, content: JsonObject): JsonObject {
  const schema = {
    type: 'object',
    properties: { statusCode: { const: statusCode }, content },
    required: ['statusCode', 'content'],
  };
  return { 'application/json': { schema } };
}

/** Failures of a private room for callers without its key. */
function privateRoomFailures(endpoint: DocumentedEndpoint): FailureCode[] {
  return endpoint.takesJoinKey ? ['private_room', 'invitation_expired'] : [];
}

const joinKeySchema = schemaOf(PresentedKey);

/** The body of a call about a room also accepts the join key. */
function bodyOf(endpoint: DocumentedEndpoint, body: v.GenericSchema): JsonObject {
  const schema = schemaOf(body) as { properties?: JsonObject };
  return endpoint.takesJoinKey ? { ...schema, properties: { ...schema.properties, joinKey: joinKeySchema } } : schema;
}

function errorResponses(endpoint: DocumentedEndpoint): [string, JsonObject][] {
  const failures = [...endpoint.failures, ...privateRoomFailures(endpoint)].map((code) => fail(code).failure);
  const commonFailures = (['method_not_allowed', 'rate_limited', 'internal', 'unavailable'] as const).map(
    (code) => fail(code).failure,
  );
  const bodyFailures = endpoint.body ? [fail('bad_json').failure, fail('body_too_large').failure] : [];
  const texts = new Map<number, string[]>();
  for (const { statusCode, text } of [...failures, ...bodyFailures, ...commonFailures]) {
    texts.set(statusCode, [...new Set([...(texts.get(statusCode) ?? []), text])]);
  }
  return [...texts].map(([statusCode, list]) => [
    String(statusCode),
    {
      description: list.join(' · '),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
    },
  ]);
}

function successResponses(endpoint: DocumentedEndpoint): [string, JsonObject][] {
  return Object.entries(endpoint.responses).map(([statusCode, schema]) => [
    statusCode,
    {
      description: endpoint.summary,
      content: envelope(Number(statusCode), schemaOf(schema, { typeMode: 'output' })),
    },
  ]);
}

function operationOf(name: EndpointName): JsonObject {
  const endpoint: DocumentedEndpoint = endpoints[name];
  const parameters = [...parametersOf('path', endpoint.params), ...parametersOf('query', endpoint.query)];
  if (endpoint.takesJoinKey) {
    parameters.push({ name: joinKeyHeader, in: 'header', required: false, schema: joinKeySchema });
  }
  for (const field of endpoint.bodyFromQuery ?? []) {
    parameters.push({ name: field, in: 'query', required: false, schema: { type: 'string' } });
  }
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(endpoint.bearer && { security: [{}, { bearer: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(endpoint.body && {
      requestBody: {
        required: !endpoint.bodyFromQuery,
        content: { 'application/json': { schema: bodyOf(endpoint, endpoint.body) } },
      },
    }),
    responses: Object.fromEntries([...successResponses(endpoint), ...errorResponses(endpoint)]),
  };
}

function paths(): JsonObject {
  const all: Record<string, JsonObject> = {};
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const path = endpoints[name].path.replace(/:(\w+)/g, '{$1}');
    all[path] = { ...all[path], [endpoints[name].method.toLowerCase()]: operationOf(name) };
  }
  return all;
}

const document = {
  openapi: '3.1.0',
  info: {
    title: 'Flexio Chat API',
    version: '1.0.0',
    summary: 'Link-based real-time chat rooms',
    description: 'The WebSocket at `/chat/{link}/ws` is described in docs/protocol.md.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: 'https://api.flexio.workers.dev' }],
  paths: paths(),
  components: {
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description: 'Used as `token`. See "Where to send tokens" in docs/api.md',
      },
    },
    schemas: {
      Refusal: {
        type: 'object',
        properties: { statusCode: { type: 'integer' }, content: { type: 'string' }, error: { type: 'string' } },
        required: ['statusCode', 'content', 'error'],
      },
    },
  },
};

const text = `${JSON.stringify(document, null, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write('docs/openapi.json is out of date: run `npm run generate`\n');
  process.exitCode = 1;
}
