// SPDX-License-Identifier: Apache-2.0
// A gRPC client that does not wait for a dead connection. A connection can be dead while Node.js, and so gRPC, treats it as
// open (nodejs/node#50884), a peer can hang, a host can vanish. Nobody reports any of that, and gRPC's keepalive takes too
// long for a customer at a till. So this client asks a silent peer whether it is there. If the peer does not answer, its calls
// end as unavailable, and the next calls use a new connection, to the next peer where there are several.
import {
  status,
  type CallOptions,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type requestCallback,
  type ServiceError,
} from '@grpc/grpc-js';
import type { GrpcClient } from '@hyperledger/fabric-gateway';

/** All in milliseconds. */
export interface Patience {
  /** How long a call may wait without hearing anything, before the peer is asked whether it is there. */
  readonly silenceMs: number;
  /** The same for streams, which are normally silent for longer. */
  readonly streamSilenceMs: number;
  /** How long the peer may take to answer that question. */
  readonly answerMs: number;
  /** How often the connection is checked. */
  readonly lookMs: number;
}

export const PATIENCE: Patience = {
  silenceMs: 1_500,
  streamSilenceMs: 15_000,
  answerMs: 2_000,
  lookMs: 500,
};

/** Any answer shows that the peer is there, even the answer that it does not know this service. */
const ARE_YOU_THERE = '/grpc.health.v1.Health/Check';

/** These statuses may come from our own side, without any answer of the peer. */
const UNTOLD: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.UNAVAILABLE,
]);

interface UnderWay {
  readonly began: number;
  readonly isStream: boolean;
  cancel(): void;
}

const asIs = (bytes: Buffer): Buffer => bytes;

const now = (): number => performance.now();

/** One connection and the calls in progress on it. */
class Line {
  readonly client: Client;
  readonly underWay = new Set<UnderWay>();
  heardAt = -Infinity;
  isLost = false;
  isAsked = false;

  constructor(client: Client) {
    this.client = client;
  }

  /** How long calls, or streams, have heard nothing, in milliseconds. */
  silence(isStream: boolean): number {
    let oldest = Infinity;
    for (const each of this.underWay)
      if (each.isStream === isStream) oldest = Math.min(oldest, each.began);
    return now() - Math.max(oldest, this.heardAt);
  }

  lose(): void {
    this.isLost = true;
    for (const each of this.underWay) each.cancel();
    this.client.close();
  }
}

/** The error of a call on a lost connection. The call may be repeated, like one whose peer cannot be reached. */
const asLost = (error: ServiceError): ServiceError =>
  Object.assign(error, {
    code: status.UNAVAILABLE,
    details: 'the peer did not answer, so its connection was closed',
  });

/** The part of a gRPC client that the gateway library uses. */
export class RenewingClient {
  readonly #open: readonly (() => Client)[];
  readonly #patience: Patience;
  #at = 0;
  #line: Line;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = 0;

  /** @param open makes the client of each peer, in the order in which the peers are tried */
  constructor(open: readonly [() => Client, ...(() => Client)[]], patience: Patience = PATIENCE) {
    this.#open = open;
    this.#patience = patience;
    this.#line = new Line(open[0]());
  }

  /** Itself. The gateway library's type names the whole client, but the library uses only the three methods below. */
  get forGateway(): GrpcClient {
    return this as unknown as GrpcClient;
  }

  makeUnaryRequest<Request, Response>(
    method: string,
    serialize: (value: Request) => Buffer,
    deserialize: (value: Buffer) => Response,
    argument: Request,
    options: CallOptions,
    callback: requestCallback<Response>,
  ): ClientUnaryCall {
    const line = this.#line;
    const ended = (error: ServiceError | null, value?: Response): void => {
      line.underWay.delete(underWay);
      this.#hear(line, error);
      callback(error !== null && line.isLost ? asLost(error) : error, value);
    };
    const { client } = line;
    const call = client.makeUnaryRequest(method, serialize, deserialize, argument, options, ended);
    const underWay = this.#add(line, call, false);
    return call;
  }

  makeServerStreamRequest<Request, Response>(
    method: string,
    serialize: (value: Request) => Buffer,
    deserialize: (value: Buffer) => Response,
    argument: Request,
    options: CallOptions,
  ): ClientReadableStream<Response> {
    const { client } = this.#line;
    return this.#stream(
      client.makeServerStreamRequest(method, serialize, deserialize, argument, options),
    );
  }

  makeBidiStreamRequest<Request, Response>(
    method: string,
    serialize: (value: Request) => Buffer,
    deserialize: (value: Buffer) => Response,
    options: CallOptions,
  ): ClientDuplexStream<Request, Response> {
    const { client } = this.#line;
    return this.#stream(client.makeBidiStreamRequest(method, serialize, deserialize, options));
  }

  close(): void {
    this.#rest();
    this.#line.client.close();
  }

  #stream<Stream extends Pick<ClientReadableStream<unknown>, 'once' | 'cancel'>>(
    stream: Stream,
  ): Stream {
    const line = this.#line;
    const underWay = this.#add(line, stream, true);
    stream.once('metadata', () => (line.heardAt = now()));
    stream.once('status', () => {
      line.underWay.delete(underWay);
    });
    return stream;
  }

  #add(line: Line, call: { cancel(): void }, isStream: boolean): UnderWay {
    const underWay = { began: now(), isStream, cancel: () => call.cancel() };
    line.underWay.add(underWay);
    if (this.#timer === undefined) {
      this.#lookedAt = now();
      this.#timer = setInterval(() => {
        this.#look();
      }, this.#patience.lookMs).unref();
    }
    return underWay;
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #hear(line: Line, error: ServiceError | null): void {
    if (error === null || !UNTOLD.has(error.code)) line.heardAt = now();
    else if (error.code === status.UNAVAILABLE && this.#open.length > 1) this.#ask(line);
  }

  /** Whether this process itself was suspended for a while, so that it could hear nothing. */
  #wasSuspended(): boolean {
    return now() - this.#lookedAt > 3 * this.#patience.lookMs;
  }

  #look(): void {
    const line = this.#line;
    const { silenceMs, streamSilenceMs } = this.#patience;
    if (line.underWay.size === 0) {
      this.#rest();
      return;
    }
    if (this.#wasSuspended()) line.heardAt = now();
    this.#lookedAt = now();
    if (line.silence(false) >= silenceMs || line.silence(true) >= streamSilenceMs) this.#ask(line);
  }

  #ask(line: Line): void {
    if (line.isAsked || line !== this.#line) return;
    line.isAsked = true;
    const asked = now();
    const options = { deadline: Date.now() + this.#patience.answerMs };
    line.client.makeUnaryRequest(ARE_YOU_THERE, asIs, asIs, Buffer.alloc(0), options, (error) => {
      line.isAsked = false;
      if (error === null || !UNTOLD.has(error.code)) line.heardAt = now();
      const isThere = line.heardAt >= asked || this.#wasSuspended();
      if (!isThere && error !== null) this.#giveUp(line, error);
    });
  }

  /** With only one peer, gRPC itself tries again to reach it. */
  #giveUp(line: Line, { code }: ServiceError): void {
    const isRefused = code === status.UNAVAILABLE && this.#open.length === 1;
    if (isRefused || line !== this.#line) return;
    this.#at = (this.#at + 1) % this.#open.length;
    const open = this.#open[this.#at];
    if (open === undefined) return;
    this.#line = new Line(open());
    line.lose();
  }
}
