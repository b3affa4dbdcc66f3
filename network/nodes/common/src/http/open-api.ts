// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 document of a node, made from its table of operations.
import * as z from 'zod';
import { nodeErrorTexts, type NodeErrorCode, type RefusalTexts } from './node-error.js';
import {
  isEventsOutput,
  isFileOutput,
  pathFields,
  readsQuery,
  type Operation,
  type Operations,
} from './operation.js';
import { limitsOf, type FieldMeaning } from './ownership.js';
import { PROBES } from './probes.js';

/** What the document says of the node as a whole. */
export interface ApiDescription {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  readonly operations: Operations;
  /** What the fields of the inputs are. */
  readonly fields: Readonly<Record<string, FieldMeaning>>;
  /** Texts of the node's own codes. */
  readonly errors: Readonly<Record<string, RefusalTexts>>;
}

/** A part of the document: JSON. */
export type Json = { readonly [name: string]: unknown };

type Fields = Readonly<Record<string, z.ZodType>>;

/** Any operation may be refused with these. */
const ALWAYS: readonly NodeErrorCode[] = [
  ...(['INPUT_INVALID', 'ACCESS_DENIED', 'REQUEST_TOO_LARGE', 'TOO_MANY_REQUESTS'] as const),
  ...(['INTERNAL', 'LEDGER_UNAVAILABLE', 'REVOCATIONS_UNKNOWN'] as const),
];

const KEYED: readonly NodeErrorCode[] = [
  'IDEMPOTENCY_KEY_MISSING',
  'IDEMPOTENCY_KEY_REUSED',
  'CALL_IN_PROGRESS',
];

const CONFLICT = 409;

/** What an `Idempotency-Key` looks like. */
export const IDEMPOTENCY_KEY_PATTERN = '^[A-Za-z0-9._-]{1,64}$';

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>;

/** Of an input that is converted, such as a number in a query, zod leaves out what it is when nothing is given. */
const withDefault: Override = ({ zodSchema, jsonSchema }) => {
  if (zodSchema instanceof z.ZodDefault) jsonSchema.default ??= zodSchema.def.defaultValue;
};

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const settings = { target: 'draft-2020-12', unrepresentable: 'any', reused: 'inline' } as const;
  const json = Object.entries(z.toJSONSchema(schema, { io, ...settings, override: withDefault }));
  return Object.fromEntries(json.filter(([name]) => name !== '$schema'));
}

const isOptional = (field: z.ZodType): boolean => field.safeParse(undefined).success;

const exampleOf = (value: unknown): Json => (value === undefined ? {} : { example: value });

const parameter = (
  place: 'path' | 'query',
  name: string,
  field: z.ZodType,
  example: unknown,
): Json => ({
  name,
  in: place,
  required: place === 'path' || !isOptional(field),
  schema: schemaOf(field, 'input'),
  ...exampleOf(example),
});

const fieldsOf = ({ input }: Operation): Fields => input.shape;

function parametersOf(operation: Operation): Json[] {
  const inPath = new Set(pathFields(operation));
  const { example = {} } = operation;
  const fields = Object.entries(fieldsOf(operation));
  const query = readsQuery(operation) ? fields.filter(([name]) => !inPath.has(name)) : [];
  return [
    ...fields
      .filter(([name]) => inPath.has(name))
      .map(([name, field]) => parameter('path', name, field, example[name])),
    ...query.map(([name, field]) => parameter('query', name, field, example[name])),
    ...(operation.idempotencyKey === true ? [KEY_PARAMETER] : []),
    ...(isEventsOutput(operation.output) ? [LAST_EVENT_PARAMETER] : []),
  ];
}

const LAST_EVENT_PARAMETER: Json = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event that the caller had: the stream goes on from there.',
  schema: { type: 'string' },
};

const KEY_PARAMETER: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'Chosen by the caller. A repetition with the same key gets the first answer.',
  schema: { type: 'string', pattern: IDEMPOTENCY_KEY_PATTERN },
};

/** The fields of the example that stand in the body. */
function bodyExample(operation: Operation): Json | undefined {
  const { example } = operation;
  if (example === undefined) return undefined;
  const inPath = new Set(pathFields(operation));
  return Object.fromEntries(Object.entries(example).filter(([name]) => !inPath.has(name)));
}

function bodyOf(operation: Operation): Json {
  if (readsQuery(operation)) return {};
  const inPath = new Set(pathFields(operation));
  const rest = Object.entries(fieldsOf(operation)).filter(([name]) => !inPath.has(name));
  const schema = schemaOf(z.strictObject(Object.fromEntries(rest)), 'input');
  return {
    requestBody: {
      required: rest.some(([, field]) => !isOptional(field)),
      content: { 'application/json': { schema, ...exampleOf(bodyExample(operation)) } },
    },
  };
}

/** A file of JSON is any JSON, and one that is no text has no schema. */
const fileSchema = (type: string): Json =>
  /^(text\/|application\/xml)/.test(type) ? { schema: { type: 'string' } } : {};

const contentOf = (output: Operation['output']): Json => {
  if (isEventsOutput(output))
    return {
      'text/event-stream': {
        schema: { type: 'string', description: 'server-sent events' },
        'x-event-data': schemaOf(output.events, 'output'),
      },
    };
  return isFileOutput(output)
    ? Object.fromEntries(output.contentTypes.map((type) => [type, fileSchema(type)]))
    : { 'application/json': { schema: schemaOf(output, 'output') } };
};

const answerOf = ({ output }: Operation): Json => ({
  description: 'Done.',
  content: contentOf(output),
});

const REFUSAL_SCHEMA = z.strictObject({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  field: z.string().optional().describe('the wrong field; never its value'),
  retryAfterSeconds: z.int().optional(),
  links: z
    .record(z.string(), z.boolean())
    .optional()
    .describe('only of NOT_READY: whether each thing answers that the node needs'),
});

function refusalAnswer(codes: readonly string[], texts: (code: string) => RefusalTexts): Json {
  const lines = codes.map((code) => `- \`${code}\`: ${texts(code).meaning}`);
  return {
    description: lines.join('\n'),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
  };
}

/** @returns the codes that an operation may be refused with. */
export const codesOf = ({ errors = [], idempotencyKey }: Operation): readonly string[] => [
  ...new Set([...ALWAYS, ...(idempotencyKey === true ? KEYED : []), ...errors]),
];

function responsesOf(operation: Operation, texts: (code: string) => RefusalTexts): Json {
  const statusOf = (code: string): number => texts(code).status ?? CONFLICT;
  const codes = codesOf(operation);
  const statuses = [...new Set(codes.map(statusOf))].sort((a, b) => a - b);
  const refusals = statuses.map((status) => [
    String(status),
    refusalAnswer(
      codes.filter((code) => statusOf(code) === status),
      texts,
    ),
  ]);
  return Object.fromEntries([['200', answerOf(operation)], ...refusals]) as Json;
}

/** A path with parameters in braces. */
const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

/** Whose things a role reaches, where it is not everybody's. */
function limitTexts(operation: Operation, fields: ApiDescription['fields']): readonly string[] {
  const limits = limitsOf(operation, fields);
  return [...new Set(limits.map(({ role }) => role))].map((role) => {
    const own = limits.filter((limit) => limit.role === role).map(({ thing }) => thing);
    return `${role} reaches its own only: ${[...new Set(own)].join(', ')}.`;
  });
}

function operationOf(
  name: string,
  operation: Operation,
  fields: ApiDescription['fields'],
  texts: (code: string) => RefusalTexts,
): Json {
  return {
    operationId: name,
    summary: operation.summary,
    description: [`Roles: ${operation.roles.join(', ')}.`, ...limitTexts(operation, fields)].join(
      ' ',
    ),
    'x-roles': operation.roles,
    parameters: parametersOf(operation),
    ...bodyOf(operation),
    responses: responsesOf(operation, texts),
  };
}

function textsWith(own: ApiDescription['errors']): (code: string) => RefusalTexts {
  return (code) => own[code] ?? nodeErrorTexts(code as NodeErrorCode);
}

/** @returns the document; the same for the same table. */
export function openApi({
  title,
  description,
  version,
  operations,
  fields,
  errors,
}: ApiDescription): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, operation] of Object.entries({ ...operations, ...PROBES })) {
    const path = (paths[templateOf(operation.path)] ??= {});
    path[operation.method.toLowerCase()] = operationOf(name, operation, fields, textsWith(errors));
  }
  return {
    openapi: '3.1.0',
    info: {
      title,
      description,
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ clientCertificate: [] }],
    paths,
    components: {
      securitySchemes: {
        clientCertificate: {
          type: 'mutualTLS',
          description:
            "A certificate of the organisation's own authority; its attribute `role` decides.",
        },
      },
      schemas: { Refusal: schemaOf(REFUSAL_SCHEMA, 'output') },
    },
  };
}
