// SPDX-License-Identifier: Apache-2.0
// The bank's keys and its bulletins.
import {
  ensure,
  found,
  isRetiredSo,
  issuerKeyOf,
  issuerKid,
  retirementOf,
  type InputOf,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { policyRow } from '../ledger/rows.js';
import { issuedBulletin, publish } from './issued.js';

export async function registerIssuer(call: Call<InputOf<'offline', 'registerIssuer'>>) {
  const { bankId, certificate, authority } = call.input;
  const publicKey = issuerKeyOf(certificate, authority);
  const kid = issuerKid(publicKey).toString('hex');
  const known = await call.store.get('issuer', bankId, kid);
  if (known !== undefined) {
    const same = known.certificate === certificate && known.authority === authority;
    ensure(same, 'IDEMPOTENCY_CONFLICT', { kid });
    ensure(known.retired === null, 'OFFLINE_ISSUER_RETIRED', { kid });
    return { replayed: true, units: [], kid };
  }
  const issuer = { bankId, kid, publicKey, certificate, authority, retired: null };
  call.store.put('issuer', issuer, bankId, kid);
  call.announce({ subject: `bank/${bankId}`, units: [] });
  return { replayed: false, units: [], kid };
}

export async function retireIssuer(call: Call<InputOf<'offline', 'retireIssuer'>>) {
  const { bankId, kid, compromised } = call.input;
  const issuer = found(await call.store.get('issuer', bankId, kid), 'NOT_FOUND', { row: 'issuer' });
  if (isRetiredSo(issuer.retired, compromised))
    return { replayed: true, units: [], trustedUntil: issuer.retired.trustedUntil };
  const { offline } = await policyRow(call);
  const retired = retirementOf(issuer.retired, compromised, offline, call.now);
  call.store.put('issuer', { ...issuer, retired }, bankId, kid);
  call.announce({ subject: `bank/${bankId}`, units: [] });
  return { replayed: false, units: [], trustedUntil: retired.trustedUntil };
}

export async function publishBulletin(call: Call<InputOf<'offline', 'publishBulletin'>>) {
  const { bankId, bulletin: text } = call.input;
  const issued = await issuedBulletin(call, bankId, text);
  const { number } = issued.bulletin;
  const current = await call.store.get('bulletin', bankId);
  if (current?.bulletin === text) return { replayed: true, units: [], number };
  await publish(call, issued, text);
  call.announce({ subject: `bank/${bankId}`, units: [] });
  return { replayed: false, units: [], number };
}
