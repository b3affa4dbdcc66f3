// SPDX-License-Identifier: Apache-2.0
// The SDK's typed client over a recorder: the code that runs over `connect` runs here, and every call is written down.
import type { Role } from '@fabric-offline-pay/domain';
import {
  BatchingTransport,
  chooseEndorsers,
  CommitError,
  ConflictError,
  createClient,
  EndorsementError,
  parseRefusal,
  realPace,
  RefusedError,
  type Call,
  type Client,
  type Decode,
  type SubmitOptions,
  type TransactionResult,
  type Transport,
} from '@fabric-offline-pay/sdk';
import { textOf, type RawGateway } from '../support/raw-gateway.js';
import type { RecordedCall, Recorder, Told } from './recorder.js';

/** MSP ids by role. */
export type Organisations = Readonly<Record<Exclude<Role, 'auditor'>, string>>;

const MOST_ATTEMPTS = 20;
const CONFLICTS: readonly (string | undefined)[] = ['MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT'];

const mostAttempts = ({ retries }: SubmitOptions): number =>
  retries?.conflicts === false ? 1 : (retries?.attempts ?? MOST_ATTEMPTS);

function requireAnswer(told: Told): Uint8Array {
  if (told.error === undefined) return told.payload;
  const text = textOf(told.error);
  const refusal = text
    .split('\n')
    .map(parseRefusal)
    .find((found) => found !== undefined);
  throw refusal === undefined
    ? new EndorsementError('ENDORSEMENT_FAILED', { message: text })
    : new RefusedError(refusal);
}

class RecordingTransport implements Transport {
  constructor(
    private readonly recorder: Recorder,
    private readonly gateway: RawGateway,
    private readonly ownMspId: string,
    private readonly organisations: Organisations,
  ) {}

  async evaluate(call: Call, decode: Decode): Promise<unknown> {
    const asked = { ...rawCall(call), by: [this.ownMspId], query: true };
    return decode(requireAnswer(await this.recorder.ask(this.gateway, asked)));
  }

  async submit(
    call: Call,
    decode: Decode,
    options: SubmitOptions,
  ): Promise<TransactionResult<unknown>> {
    const { organisations, ownMspId } = this;
    const context = { mode: 'pinned', organisations, ownMspId } as const;
    const by = chooseEndorsers(call.transaction, context, options.endorsers).organisations ?? [];
    const most = mostAttempts(options);
    for (let attempts = 1; ; attempts += 1) {
      const told = await this.recorder.ask(this.gateway, { ...rawCall(call), by });
      const result = decode(requireAnswer(told));
      const { transactionId, validationCode, block = 0 } = told;
      if (validationCode === 'VALID')
        return { result, transactionId, blockNumber: BigInt(block), attempts, durationMs: 0 };
      if (!CONFLICTS.includes(validationCode))
        throw new CommitError(transactionId, 0, { validationCode });
      if (attempts >= most) throw new ConflictError(transactionId, { attempts });
    }
  }
}

const rawCall = ({ transaction, argument, transient }: Call): Omit<RecordedCall, 'by'> => ({
  transaction: transaction.fullName,
  input: argument,
  ...(transient !== undefined && { transient }),
});

export const recordingClient = (
  recorder: Recorder,
  gateway: RawGateway,
  ownMspId: string,
  organisations: Organisations,
): Client =>
  createClient(
    new BatchingTransport(
      new RecordingTransport(recorder, gateway, ownMspId, organisations),
      realPace,
    ),
  );
