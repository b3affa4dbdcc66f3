// SPDX-License-Identifier: Apache-2.0
// A node's interface as data: one table says what may be called, by whom, with which fields, and what is answered. Server, client,
// validation, OpenAPI and the tests of the doors are made from it.
import type { DeepReadonly } from '@fabric-offline-pay/domain';
import type * as z from 'zod';

/** An answer that is a file instead of JSON. */
export interface FileOutput {
  /** Media types of the answer. */
  readonly contentTypes: readonly string[];
}

/** What a handler of a {@link FileOutput} answers. */
export interface FileAnswer {
  readonly contentType: string;
  /** Proposed to whoever saves it. ASCII, without quotes. */
  readonly fileName: string;
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/** An answer that goes on: events, each with such data. */
export interface EventsOutput {
  readonly events: z.ZodType;
}

/** One event. Without data it only says how far the stream is. */
export interface ServerEvent {
  /** The caller names it when it comes again. Printable, without blanks. */
  readonly id: string;
  readonly event?: string;
  readonly data?: unknown;
}

/** From where and how long events are wanted. */
export interface EventsFrom {
  /** What the caller had last; undefined when it comes for the first time. */
  readonly lastEventId: string | undefined;
  /** Aborts when the caller has left, or the node ends. */
  readonly signal: AbortSignal;
}

/** What a handler of an {@link EventsOutput} answers. */
export type EventsAnswer = (from: EventsFrom) => AsyncIterable<ServerEvent>;

/** @returns the output of an operation that answers events. */
export const events = (data: z.ZodType): EventsOutput => ({ events: data });

/** @returns the output of an operation that answers a file. */
export const file = (...contentTypes: readonly string[]): FileOutput => ({ contentTypes });

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One thing that may be called. */
export interface Operation {
  readonly method: Method;
  /** Parameters are fields of the input: `/orders/:merchantId/:orderNumber`. */
  readonly path: string;
  /** Values of the certificate's `role` attribute that may call. All other callers get the same refusal. */
  readonly roles: readonly string[];
  /** One sentence. */
  readonly summary: string;
  /** Fields that are not in the path come from the query of a GET or DELETE, as text, and from the JSON body of the others. */
  readonly input: z.ZodObject;
  readonly output: z.ZodType | FileOutput | EventsOutput;
  /** Codes of its own refusals, beyond those of every operation. */
  readonly errors?: readonly string[];
  /** An input as a caller gives it, for the document. Of nobody: it is published. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** Largest body, KiB; 64 unless told. */
  readonly bodyKiB?: number;
  /** The caller must send an `Idempotency-Key`; a repetition gets the first answer. */
  readonly idempotencyKey?: true;
}

export type Operations = Readonly<Record<string, Operation>>;

/** Keeps the types of a table of operations. */
export const operations = <const Table extends Operations>(table: Table): Table => table;

/** What a caller gives. */
export type OperationInput<O extends Operation> = DeepReadonly<z.input<O['input']>>;

/** What a handler gets: checked and normalised. */
export type ParsedInput<O extends Operation> = DeepReadonly<z.output<O['input']>>;

/** What a handler answers. */
export type HandlerAnswer<O extends Operation> = O['output'] extends z.ZodType
  ? DeepReadonly<z.input<O['output']>>
  : O['output'] extends EventsOutput
    ? EventsAnswer
    : FileAnswer;

/** What a caller gets. A file is its text; events come while the caller reads them. */
export type OperationOutput<O extends Operation> = O['output'] extends z.ZodType
  ? DeepReadonly<z.output<O['output']>>
  : O['output'] extends EventsOutput
    ? AsyncIterable<ServerEvent>
    : string;

/** One function for each operation of a table. */
export type Handlers<Table extends Operations, Context> = {
  readonly [Name in keyof Table]: (
    context: Context,
    input: ParsedInput<Table[Name]>,
  ) => Promise<HandlerAnswer<Table[Name]>>;
};

/** @returns the same handlers for callers with another context. */
export const withContext = <Table extends Operations, Inner, Outer>(
  handlers: Handlers<Table, Inner>,
  contextOf: (outer: Outer) => Inner,
): Handlers<Table, Outer> =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      (outer: Outer, input: never) =>
        (handle as (context: Inner, input: never) => unknown)(contextOf(outer), input),
    ]),
  ) as unknown as Handlers<Table, Outer>;

/** @returns the names of the path's parameters, in their order. */
export const pathFields = ({ path }: Pick<Operation, 'path'>): readonly string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');

/** @returns whether the fields that are not in the path come from the query. */
export const readsQuery = ({ method }: Pick<Operation, 'method'>): boolean =>
  method === 'GET' || method === 'DELETE';

/** @returns whether the answer is a file. */
export const isFileOutput = (output: Operation['output']): output is FileOutput =>
  'contentTypes' in output;

/** @returns whether the answer goes on. */
export const isEventsOutput = (output: Operation['output']): output is EventsOutput =>
  'events' in output;
