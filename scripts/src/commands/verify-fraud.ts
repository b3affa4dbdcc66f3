// SPDX-License-Identifier: Apache-2.0
// `offpay verify-fraud FILE --trust PEM`: whether a file proves that a device spent twice. No network, no ledger.
import { readFileSync } from 'node:fs';
import {
  decodeFraudProof,
  decodePaymentRequest,
  formatAmount,
  PROOF_FAULTS,
  verifyFraudProof,
  type CounterEntry,
  type FraudProof,
  type ProofFault,
  type ProofSide,
  type ProvenFraud,
} from '@fabric-offline-pay/domain';
import { Command } from 'commander';
import { reportingErrors, show, type CommonOptions } from '../output';

const CONTRADICTIONS = {
  sameCounter: 'both claim the same counter, with other content',
  previousHash: 'the later one does not follow on the one before it',
  cumulative: 'the later one counts less money as spent than was spent before it',
} as const;

/** One voucher, for a person. */
interface Side {
  readonly counter: number;
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly amount: string;
  readonly currency: string;
  /** All that the device says it has spent, with this. */
  readonly cumulative: string;
}

type Verified =
  | {
      readonly proven: true;
      readonly fraud: Omit<ProvenFraud, 'vouchers'>;
      readonly sides: readonly Side[];
    }
  | { readonly proven: false; readonly reason: ProofFault; readonly message: string };

function sideOf(
  { requestPayload }: ProofSide,
  { counter, cumulative, amount }: CounterEntry,
): Side {
  const { merchantId, orderNumber, currency } = decodePaymentRequest(requestPayload);
  return { counter, merchantId, orderNumber, currency, cumulative, amount };
}

const sidesOf = ({ sides }: FraudProof, { vouchers }: ProvenFraud): Side[] => [
  sideOf(sides[0], vouchers[0]),
  sideOf(sides[1], vouchers[1]),
];

/** @throws {DomainError} OFFLINE_PROOF_INVALID for a text that is no proof. */
export function verifyProofText(text: string, root: string): Verified {
  const proof = decodeFraudProof(text);
  const result = verifyFraudProof(proof, [root]);
  if (!result.ok)
    return { proven: false, reason: result.reason, message: PROOF_FAULTS[result.reason] };
  const { vouchers, ...fraud } = result.fraud;
  return { proven: true, fraud, sides: sidesOf(proof, { ...fraud, vouchers }) };
}

const sideText = (side: Side): string =>
  `  voucher ${side.counter.toString()}: ${formatAmount(side.amount, side.currency)} ${side.currency} to ${side.merchantId} for ${side.orderNumber}, ${formatAmount(side.cumulative, side.currency)} spent in all`;

const verifiedText = (verified: Verified): string =>
  verified.proven
    ? [
        `PROVEN: device ${verified.fraud.deviceId} of ${verified.fraud.customerId} (${verified.fraud.bankId}, epoch ${verified.fraud.epoch.toString()}) signed two vouchers that cannot both be honest:`,
        ...verified.sides.map(sideText),
        `  ${CONTRADICTIONS[verified.fraud.kind]}.`,
      ].join('\n')
    : `NOT PROVEN: ${verified.reason}: ${verified.message}`;

interface VerifyOptions extends CommonOptions {
  readonly trust: string;
}

export const verifyFraudCommand = (): Command =>
  new Command('verify-fraud')
    .description(
      'verifies by itself that a device spent twice; exit code 0 when proven, 1 when not',
    )
    .argument('<file>', 'a fraud proof')
    .requiredOption('--trust <pem>', "certificate of the bank's authority")
    .option('--json', 'writes the result as JSON')
    .action(
      reportingErrors((file: string, options: VerifyOptions) => {
        const read = (path: string): string => readFileSync(path, 'utf8');
        const verified = verifyProofText(read(file), read(options.trust));
        show(options, verified, verifiedText);
        if (!verified.proven) process.exitCode = 1;
        return Promise.resolve();
      }),
    );
