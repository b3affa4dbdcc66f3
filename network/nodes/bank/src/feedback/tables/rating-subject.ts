// SPDX-License-Identifier: Apache-2.0
import type { InputOf } from '@fabric-offline-pay/domain';

/** What a customer may rate: goods, a merchant, a courier. */
export type RatingSubject = InputOf<'feedback', 'publish'>['subject'];
