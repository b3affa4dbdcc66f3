// SPDX-License-Identifier: Apache-2.0
// The bank's keys and its bulletins.
import { ensure, issuerKeyOf, issuerKid, type InputOf } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { issuedBulletin, publish } from './issued.js';

export async function registerIssuer(call: Call<InputOf<'offline', 'registerIssuer'>>) {
  const { bankId, certificate, authority } = call.input;
  const publicKey = issuerKeyOf(certificate, authority);
  const kid = issuerKid(publicKey).toString('hex');
  const known = await call.store.get('issuer', bankId, kid);
  if (known !== undefined) {
    const same = known.certificate === certificate && known.authority === authority;
    ensure(same, 'IDEMPOTENCY_CONFLICT', { kid });
    return { replayed: true, units: [], kid };
  }
  call.store.put('issuer', { bankId, kid, publicKey, certificate, authority }, bankId, kid);
  call.announce({ subject: `bank/${bankId}`, units: [] });
  return { replayed: false, units: [], kid };
}

export async function publishBulletin(call: Call<InputOf<'offline', 'publishBulletin'>>) {
  const { bankId, bulletin: text } = call.input;
  const bulletin = await issuedBulletin(call, bankId, text);
  const { number } = bulletin;
  const current = await call.store.get('bulletin', bankId);
  if (current?.bulletin === text) return { replayed: true, units: [], number };
  await publish(call, bulletin, text);
  call.announce({ subject: `bank/${bankId}`, units: [] });
  return { replayed: false, units: [], number };
}
