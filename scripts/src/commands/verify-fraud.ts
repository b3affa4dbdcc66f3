// SPDX-License-Identifier: Apache-2.0
// `offpay verify-fraud FILE --trust PEM`: checks whether a file proves that a device spent twice. Needs no network and no ledger.
import {
  certifiedIssuer,
  decodeFraudProof,
  decodePaymentRequest,
  DomainError,
  formatAmount,
  PROOF_FAULTS,
  readCertificate,
  verifyFraudProof,
  type CounterEntry,
  type FraudProof,
  type ProofFault,
  type ProofSide,
  type ProvenFraud,
} from '@fabric-offline-pay/domain';
import { readBounded } from '@fabric-offline-pay/node-common';
import { Command } from 'commander';
import { FileError } from '../command-errors.js';
import { EXIT } from '../exit-codes.js';
import { reportingErrors, show, type CommonOptions } from '../output.js';

const CONTRADICTIONS = {
  sameCounter: 'both have the same counter, with different content',
  previousHash: 'the later one does not follow the earlier one',
  cumulative: 'the later one says that less money was spent than the earlier one',
} as const;

const MALFORMED = 'The file is not a fraud proof, or not in its canonical form.';

/** One of the two vouchers, for a person. */
interface Side {
  readonly counter: number;
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly amount: string;
  readonly currency: string;
  /** The total that the device says it has spent, this voucher included. */
  readonly cumulative: string;
  /** The issuer of its certificate. The bank's `listIssuers` says whether that key was compromised, and when. */
  readonly issuer: string;
}

type Verified =
  | {
      readonly proven: true;
      readonly fraud: Omit<ProvenFraud, 'vouchers'>;
      readonly sides: readonly Side[];
    }
  | {
      readonly proven: false;
      readonly reason: ProofFault | 'malformed';
      readonly message: string;
    };

function sideOf(
  { requestPayload, issuerCertificate }: ProofSide,
  { counter, cumulative, amount }: CounterEntry,
): Side {
  const { merchantId, orderNumber, currency } = decodePaymentRequest(requestPayload);
  const { kid: issuer } = certifiedIssuer(issuerCertificate);
  return { counter, merchantId, orderNumber, currency, cumulative, amount, issuer };
}

const sidesOf = ({ sides }: FraudProof, { vouchers }: ProvenFraud): Side[] => [
  sideOf(sides[0], vouchers[0]),
  sideOf(sides[1], vouchers[1]),
];

/** @returns undefined when the text is not a proof. */
function parseProof(text: string): FraudProof | undefined {
  try {
    return decodeFraudProof(text);
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

function verifyProofText(text: string, root: string): Verified {
  const proof = parseProof(text);
  if (proof === undefined) return { proven: false, reason: 'malformed', message: MALFORMED };
  const result = verifyFraudProof(proof, [root]);
  if (!result.ok)
    return { proven: false, reason: result.reason, message: PROOF_FAULTS[result.reason] };
  const { vouchers, ...fraud } = result.fraud;
  return { proven: true, fraud, sides: sidesOf(proof, { ...fraud, vouchers }) };
}

const sideText = (side: Side): string =>
  `  voucher ${side.counter.toString()}: ${formatAmount(side.amount, side.currency)} ${side.currency} to ${side.merchantId} for ${side.orderNumber}, ${formatAmount(side.cumulative, side.currency)} spent in all, under issuer ${side.issuer}`;

const verifiedText = (verified: Verified): string =>
  verified.proven
    ? [
        `PROVEN: device ${verified.fraud.deviceId} of ${verified.fraud.customerId} (${verified.fraud.bankId}, epoch ${verified.fraud.epoch.toString()}) signed two vouchers that cannot both be honest:`,
        ...verified.sides.map(sideText),
        `  ${CONTRADICTIONS[verified.fraud.kind]}.`,
      ].join('\n')
    : `NOT PROVEN: ${verified.reason}: ${verified.message}`;

/** No proof is longer. */
const MOST_BYTES = 1024 * 1024;

/** @throws {FileError} FILE_UNREADABLE */
function readProofText(file: string): string {
  try {
    return readBounded(file, MOST_BYTES).toString('utf8');
  } catch (error) {
    throw new FileError('FILE_UNREADABLE', file, error);
  }
}

/** @throws {FileError} FILE_UNREADABLE, or TRUST_INVALID when the file is not the certificate of one authority. */
function rootOf(file: string): string {
  const text = readProofText(file);
  if (readCertificate(text)?.ca !== true) throw new FileError('TRUST_INVALID', file);
  return text;
}

interface VerifyOptions extends CommonOptions {
  readonly trust: string;
}

export const verifyFraudCommand = (): Command =>
  new Command('verify-fraud')
    .argument('<file>', 'a fraud proof')
    .requiredOption('--trust <pem>', "certificate of the bank's authority")
    .option('--json', 'writes the result as JSON')
    .action(
      reportingErrors((file: string, options: VerifyOptions) => {
        const verified = verifyProofText(readProofText(file), rootOf(options.trust));
        show(options, verified, verifiedText);
        if (!verified.proven) process.exitCode = EXIT.refused;
      }),
    );
