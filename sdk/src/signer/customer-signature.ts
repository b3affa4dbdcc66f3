// SPDX-License-Identifier: Apache-2.0
// Signatures of a customer's device: order terms, ratings and disputes. ES256 with low S, over the domain's canonical text.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import {
  disputeText,
  ratingsText,
  signEs256,
  signedText,
  type InputOf,
  type OrderTerms,
} from '@fabric-offline-pay/domain';

type Ratings = InputOf<'feedback', 'rate'>['ratings'];

const keyOf = (privateKey: string | KeyObject): KeyObject =>
  typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey;

/**
 * Signs order terms.
 * @param privateKey of the device, PEM or key object, P-256
 * @returns base64 of r‖s, for `signature` of `orderNumber.place` and `express.order`
 */
export const signTerms = (privateKey: string | KeyObject, terms: OrderTerms): string =>
  signEs256(keyOf(privateKey), signedText(terms));

/** Signs ratings of an order. @returns base64 of r‖s, for `signature` of `feedback.rate` */
export const signRatings = (
  privateKey: string | KeyObject,
  order: { readonly merchantId: string; readonly orderNumber: string },
  ratings: Ratings,
): string => signEs256(keyOf(privateKey), ratingsText(order, ratings));

/** Signs the dispute of an order. @returns base64 of r‖s, for `signature` of `settlement.dispute` */
export const signDispute = (
  privateKey: string | KeyObject,
  order: { readonly merchantId: string; readonly orderNumber: string },
  disputeId: string,
): string => signEs256(keyOf(privateKey), disputeText(order, disputeId));
