// SPDX-License-Identifier: Apache-2.0
// The bank's keys and its bulletins.
import {
  ensure,
  found,
  isRetiredSo,
  issuerKeyOf,
  issuerKid,
  retirementOf,
  type ParsedInputOf as InputOf,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { registryRow } from '../shared/rows.js';
import { readIssuedBulletin, replaceBulletin } from './issued.js';

export async function registerIssuer(call: Call<InputOf<'offline', 'registerIssuer'>>) {
  const { bankId, certificate, authority } = call.input;
  const publicKey = issuerKeyOf(bankId, certificate, authority);
  const kid = issuerKid(publicKey).toString('hex');
  const known = await call.store.get('issuer', bankId, kid);
  if (known !== undefined) {
    const same = known.certificate === certificate && known.authority === authority;
    ensure(same, 'IDEMPOTENCY_CONFLICT', { kid });
    ensure(known.retired === null, 'OFFLINE_ISSUER_RETIRED', { kid });
    return { kid };
  }
  const issuer = { bankId, kid, publicKey, certificate, authority, retired: null };
  call.store.put('issuer', issuer);
  return { kid };
}

export async function retireIssuer(call: Call<InputOf<'offline', 'retireIssuer'>>) {
  const { bankId, kid, compromised } = call.input;
  const issuer = found(await call.store.get('issuer', bankId, kid), 'NOT_FOUND', { row: 'issuer' });
  if (isRetiredSo(issuer.retired, compromised))
    return { trustedUntil: issuer.retired.trustedUntil };
  const registry = await registryRow(call);
  const retired = retirementOf(issuer.retired, compromised, registry, call.now);
  call.store.put('issuer', { ...issuer, retired });
  return { trustedUntil: retired.trustedUntil };
}

export async function publishBulletin(call: Call<InputOf<'offline', 'publishBulletin'>>) {
  const { bankId, bulletin: text } = call.input;
  const issued = await readIssuedBulletin(call, bankId, text);
  const { number } = issued.bulletin;
  const current = await call.store.get('bulletin', bankId);
  if (current?.bulletin !== text) await replaceBulletin(call, issued, text);
  return { number };
}
