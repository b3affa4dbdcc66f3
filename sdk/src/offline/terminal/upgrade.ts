// SPDX-License-Identifier: Apache-2.0
// Converts the records of an earlier version to the form of this one, once and in one write: accepted payments must outlive the
// program's version.
import {
  decodeDeviceCertificate,
  parseCose,
  unlessMalformed,
  withEntry,
  type CounterEntry,
  type DeviceCertificate,
} from '@fabric-offline-pay/domain';
import { OfflineError } from '../../errors.js';
import { fromBase64 } from '../base64.js';
import { recordsOf } from '../store/records-of.js';
import type { Change, Store } from '../store/store.js';
import { entryOf, sideOf, storedSide } from './fraud.js';
import { payments, proofs, type AcceptedPayment, type ProofRecord } from './records.js';
import { forgetSeen, putSeen } from './seen.js';

const formats = recordsOf<number, []>('terminal-format');

/** Number of this version's records. The first version had no number. */
const RECORDS_FORMAT = 2;

interface Seen {
  readonly device: DeviceCertificate;
  readonly entries: readonly CounterEntry[];
}

const certificateOf = ({ certificate }: AcceptedPayment): DeviceCertificate =>
  decodeDeviceCertificate(parseCose('offpay/device-certificate', fromBase64(certificate)).payload);

const deviceName = ({
  bankId,
  customerId,
  deviceId,
  epoch,
  deviceKey,
}: DeviceCertificate): string =>
  [bankId, customerId, deviceId, epoch, Buffer.from(deviceKey).toString('hex')].join('/');

/** The first version knew devices by customer, device and epoch only. Every synchronisation reports payments that cannot be read. */
function seenIn(accepted: readonly AcceptedPayment[]): readonly Seen[] {
  const found = new Map<string, Seen>();
  for (const payment of accepted) {
    const read = unlessMalformed(() => ({
      device: certificateOf(payment),
      entry: entryOf(sideOf(payment)),
    }));
    if (read === undefined) continue;
    const before = found.get(deviceName(read.device))?.entries ?? [];
    const entries = withEntry(before, read.entry);
    found.set(deviceName(read.device), { device: read.device, entries });
  }
  return [...found.values()];
}

/** The first version kept only the voucher's digest. The voucher itself is known if the terminal accepted it. */
function withVoucher(
  record: Pick<ProofRecord, 'voucherDigest' | 'orderNumber' | 'proof' | 'submitted'>,
  accepted: readonly AcceptedPayment[],
): Change {
  const payment = accepted.find(({ voucherDigest }) => voucherDigest === record.voucherDigest);
  const own = payment === undefined ? null : storedSide(sideOf(payment));
  return proofs.put({ ...record, own, first: null }, record.voucherDigest);
}

async function fromFirst(store: Store): Promise<readonly Change[]> {
  const accepted = await payments.list(store);
  const records = await proofs.list(store);
  return [
    ...(await forgetSeen(store)),
    ...seenIn(accepted).map(({ device, entries }) => putSeen(entries, device)),
    ...records.map((record) => withVoucher(record, accepted)),
  ];
}

/**
 * @throws {OfflineError} STORE_NEWER when a later version wrote the store; STORE_DAMAGED, and nothing was changed
 */
export async function upgradeStore(store: Store): Promise<void> {
  const format = await formats.get(store);
  if (format === RECORDS_FORMAT) return;
  if (format !== undefined)
    throw new OfflineError('STORE_NEWER', { format, known: RECORDS_FORMAT });
  await store.write([...(await fromFirst(store)), formats.put(RECORDS_FORMAT)]);
}
