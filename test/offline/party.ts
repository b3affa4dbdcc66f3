// SPDX-License-Identifier: Apache-2.0
// Starts devices and terminals as processes without a network, and speaks with them over their standard streams.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type {
  Accepted,
  CancelledVoucher,
  PaymentHistory,
  Rejection,
  RequestInput,
  RequestView,
  TerminalOptions,
  Waiting,
} from '@fabric-offline-pay/sdk/offline';
import type { IssuerRow } from '@fabric-offline-pay/domain';
import type { Isolation } from './processes/isolation.js';
import type { Refused } from './processes/serve.js';

/** Of all key files of a run, which are gone with it. */
export const PASSPHRASE = 'of this run only';

/** Whether the kernel lets this user make a namespace without interfaces. */
export const mayUnshare = (): boolean => process.getuid?.() === 0;

export type Answer<Result> = Result | Refused;

export const isRefused = <Result>(answer: Answer<Result>): answer is Refused =>
  typeof answer === 'object' && answer !== null && 'refused' in answer;

/** @throws {Error} for a refusal, where there must be none. */
export function given<Result>(answer: Answer<Result>): Result {
  if (isRefused(answer)) throw new Error(`${answer.refused}: ${answer.message}`);
  return answer;
}

interface Pending {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

/** Processes that have not ended. While one lives it keeps this process, and writes into its folder. */
const living = new Set<Party>();

/** Ends the processes that a run which failed or was interrupted left behind. */
export async function killParties(): Promise<void> {
  await Promise.all([...living].map((party) => party.kill()));
}

/** One process. Calls are answered in order. */
class Party {
  readonly #child: ChildProcess;
  readonly #pending: Pending[] = [];
  readonly #ended: Promise<void>;

  constructor(program: string, args: readonly string[]) {
    const node = [process.execPath, program, ...args] as const;
    const [command, ...rest] = mayUnshare() ? (['unshare', '--net', ...node] as const) : node;
    this.#child = spawn(command, rest, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OFFPAY_PASSPHRASE: PASSPHRASE },
    });
    if (this.#child.stdout === null) throw new Error('no standard output');
    createInterface({ input: this.#child.stdout }).on('line', (line) =>
      this.#pending.shift()?.resolve(line),
    );
    this.#child.stdin?.on('error', () => undefined);
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    living.add(this);
    void this.#ended.then(() => {
      living.delete(this);
      this.#pending.forEach(({ reject }) => reject(new Error('ended')));
    });
  }

  async call<Result>(call: string, given: unknown = null): Promise<Answer<Result>> {
    const line = await new Promise<string>((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ call, given })}\n`);
    });
    const parsed = JSON.parse(line) as { answer: Result } | Refused;
    return 'refused' in parsed ? parsed : parsed.answer;
  }

  isolation(): Promise<Answer<Isolation>> {
    return this.call('isolation');
  }

  /** Lets it finish and close its store. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  /** Ends it as a power failure would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

export interface PaidBytes {
  /** Base64. */
  readonly bytes: string;
  readonly repeated: boolean;
}

/** What a terminal decided, with its receipt in base64. */
export type CarriedAcceptance =
  (Omit<Accepted, 'receipt'> & { readonly receipt: string }) | Rejection;

/** Compiled, wherever this file runs from: a process is started without jest. */
const programOf = (name: string): string =>
  join(
    dirname(require.resolve('@fabric-offline-pay/test/package.json')),
    ...['dist', 'test', 'offline', 'processes', `${name}.js`],
  );

export class DeviceProcess extends Party {
  /**
   * @param trusted whose word it takes for who a payee is
   * @param shift seconds by which its clock is wrong
   */
  constructor(
    readonly folder: string,
    trusted: readonly IssuerRow[],
    shift = 0,
  ) {
    mkdirSync(folder, { recursive: true });
    super(programOf('device'), [folder, JSON.stringify(trusted), shift.toString()]);
  }

  publicKey(): Promise<Answer<string>> {
    return this.call('publicKey');
  }

  learn(certificate: Buffer, issuers: readonly IssuerRow[]): Promise<Answer<unknown>> {
    return this.call('learn', { certificate: certificate.toString('base64'), issuers });
  }

  pay(request: string): Promise<Answer<PaidBytes>> {
    return this.call('pay', request);
  }

  /** Whom a request pays, by a bank's word. */
  payee(request: string): Promise<Answer<RequestView['payee']>> {
    return this.call('payee', request);
  }

  /** @param receipt base64 */
  keepReceipt(receipt: string): Promise<Answer<unknown>> {
    return this.call('keepReceipt', receipt);
  }

  /**
   * @param cancellation base64
   * @returns every voucher of the device that was cancelled
   */
  keepCancellation(cancellation: string): Promise<Answer<readonly CancelledVoucher[]>> {
    return this.call('keepCancellation', cancellation);
  }

  history(): Promise<Answer<readonly PaymentHistory[]>> {
    return this.call('history');
  }
}

/** What a terminal learns while there is a network. */
export interface LearntNews {
  readonly issuers: readonly IssuerRow[];
  readonly bulletin: Uint8Array;
  /** Its own certificate; without one nobody says who asks. */
  readonly payee?: Uint8Array;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export type Till = Pick<TerminalOptions, 'channel' | 'merchantId' | 'terminalId' | 'roots'>;

export class TerminalProcess extends Party {
  constructor(
    readonly folder: string,
    readonly till: Till,
    shift = 0,
  ) {
    mkdirSync(folder, { recursive: true });
    super(programOf('terminal'), [folder, JSON.stringify(till), shift.toString()]);
  }

  publicKey(): Promise<Answer<string>> {
    return this.call('publicKey');
  }

  learn({ issuers, bulletin, payee }: LearntNews): Promise<Answer<unknown>> {
    return this.call('learn', {
      ...{ issuers, bulletin: base64(bulletin) },
      ...(payee !== undefined && { payee: base64(payee) }),
    });
  }

  /** @returns the signed request, base64. */
  request(input: RequestInput): Promise<Answer<string>> {
    return this.call('request', input);
  }

  accept(orderNumber: string, payment: string): Promise<Answer<CarriedAcceptance>> {
    return this.call('accept', { orderNumber, payment });
  }

  /** @returns signed cancellations of all requests of the order, base64 */
  cancel(orderNumber: string): Promise<Answer<readonly string[]>> {
    return this.call('cancel', orderNumber);
  }

  waiting(): Promise<Answer<Waiting>> {
    return this.call('waiting');
  }
}
