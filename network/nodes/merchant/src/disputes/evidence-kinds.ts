// SPDX-License-Identifier: Apache-2.0
// What a merchant can show in a dispute, as data.
export const EVIDENCE_KINDS = {
  receipt: 'The receipt or invoice that the customer got.',
  deliveryProof:
    'Proof that the goods arrived: a signature, a photograph, a record of the carrier.',
  communication: 'What customer and merchant wrote to each other about the order.',
  description: 'How the goods were described when the customer ordered them.',
  refundPolicy: 'The terms of return and refund, and how the customer was told.',
  refundProof: 'Proof that the money was given back already.',
  other: 'Anything else.',
} as const;

export type EvidenceKind = keyof typeof EVIDENCE_KINDS;

export const EVIDENCE_KIND_NAMES = Object.keys(EVIDENCE_KINDS) as [EvidenceKind, ...EvidenceKind[]];

/** What a document may be. */
export const MEDIA_TYPES = ['application/pdf', 'image/jpeg', 'image/png', 'text/plain'] as const;

/** Bytes of one document. */
export const LONGEST_DOCUMENT = 2_000_000;

/** Documents of one dispute. */
export const MOST_DOCUMENTS = 20;
