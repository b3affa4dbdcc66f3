// SPDX-License-Identifier: Apache-2.0
// The part of the package `smpp` that is used: it brings no types.
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer } from 'node:net';

  export interface ShortMessage {
    readonly message: string | Buffer;
    readonly udh?: readonly Buffer[];
  }

  /** A unit of the protocol; fields are named as in SMPP 3.4. */
  export interface Pdu {
    readonly command: string;
    readonly command_status: number;
    readonly sequence_number: number;
    readonly esm_class?: number;
    readonly message_id?: string;
    readonly short_message?: ShortMessage;
    readonly receipted_message_id?: string;
    readonly message_state?: number;
    readonly user_message_reference?: number;
    readonly data_coding?: number;
    readonly destination_addr?: string;
    readonly source_addr?: string;
    readonly validity_period?: unknown;
    readonly password?: string;
    readonly system_id?: string;
    response(fields?: Fields): Pdu;
  }

  export type Fields = Readonly<Record<string, string | number | Buffer | undefined>>;

  type Send = (fields: Fields, answered?: (pdu: Pdu) => void) => boolean;

  export interface Session extends EventEmitter {
    readonly bind_transceiver: Send;
    readonly submit_sm: Send;
    readonly deliver_sm: Send;
    readonly enquire_link: Send;
    readonly unbind: Send;
    send(pdu: Pdu): boolean;
    close(): void;
    destroy(): void;
  }

  export interface ConnectOptions {
    readonly host: string;
    readonly port: number;
    readonly tls?: boolean;
    readonly ca?: string;
  }

  export function connect(options: ConnectOptions): Session;
  export function createServer(
    options: { readonly key?: string; readonly cert?: string },
    listener: (session: Session) => void,
  ): NetServer;
  export function addTLV(
    name: string,
    options: { readonly id: number; readonly type: object },
  ): void;
  export const gsmCoder: { decode(octets: Buffer, extension: number): string };
  export const types: { readonly tlv: { readonly cstring: object } };
}
