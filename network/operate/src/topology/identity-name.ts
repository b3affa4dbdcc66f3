// SPDX-License-Identifier: Apache-2.0
// The name of a certificate that stands for a role of an actor.
import { digestOf } from '@fabric-offline-pay/domain';

/** Certificate names allow less than actors. An actor that does not fit is named by its digest. */
export const identityName = (role: string, actor: string): string =>
  /^[a-z0-9-]{1,24}$/.test(actor) ? `${role}-${actor}` : `${role}-${digestOf(actor).slice(0, 20)}`;
