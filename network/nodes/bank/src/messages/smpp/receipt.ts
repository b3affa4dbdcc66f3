// SPDX-License-Identifier: Apache-2.0
// Delivery receipts (SMPP 3.4, 5.3.2.35 and appendix B): by their optional parameters, else by their text.
import type { Pdu } from 'smpp';

/** What the SMSC says became of one part. */
export interface Receipt {
  /** The SMSC's id, as it answered to the submit. */
  readonly carrierId: string;
  readonly state: 'delivered' | 'failed';
}

/** `esm_class`, bits 5 to 2: this is a receipt. */
const RECEIPT = 0x04;
const KIND_MASK = 0x3c;

type Final = Receipt['state'];

/** `message_state`, 5.2.28. Others are not final. */
const BY_NUMBER: Readonly<Record<number, Final>> = {
  2: 'delivered',
  3: 'failed',
  4: 'failed',
  5: 'failed',
  8: 'failed',
};

const BY_WORD: Readonly<Record<string, Final>> = {
  DELIVRD: 'delivered',
  EXPIRED: 'failed',
  DELETED: 'failed',
  UNDELIV: 'failed',
  REJECTD: 'failed',
};

const textOf = ({ short_message: content }: Pdu): string => content?.message.toString() ?? '';

const stateOf = ({ message_state: state }: Pdu, text: string): Final | undefined =>
  state === undefined
    ? BY_WORD[/\bstat:(\w+)/i.exec(text)?.[1]?.toUpperCase() ?? '']
    : BY_NUMBER[state];

/** @returns undefined for what is no receipt, or of a message that is still under way. */
export function receiptOf(pdu: Pdu): Receipt | undefined {
  if (((pdu.esm_class ?? 0) & KIND_MASK) !== RECEIPT) return undefined;
  const text = textOf(pdu);
  const carrierId = pdu.receipted_message_id ?? /\bid:(\S+)/i.exec(text)?.[1];
  const state = stateOf(pdu, text);
  return carrierId === undefined || state === undefined ? undefined : { carrierId, state };
}
