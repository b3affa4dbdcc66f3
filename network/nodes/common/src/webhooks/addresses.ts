// SPDX-License-Identifier: Apache-2.0
// Where webhooks may go. Whoever names an endpoint must not reach, through this node, what only this node can reach.
import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * `public`: https to addresses of the Internet: for endpoints that callers register. `loopback`: http and this machine, too: for tests and for
 * a relay beside the node. `organisation`: https also into the organisation's own network, http to this machine only: for endpoints that
 * the node's operator sets. None reaches link-local addresses, where clouds keep a machine's secrets.
 */
export type Reach = 'public' | 'loopback' | 'organisation';

/** What the special ranges of IPv4 and IPv6 are called (RFC 6890); `unicast` is all that is left: the Internet. */
const RANGES: Readonly<Record<Reach, readonly string[]>> = {
  public: ['unicast'],
  loopback: ['unicast', 'loopback'],
  organisation: ['unicast', 'loopback', 'private', 'uniqueLocal', 'carrierGradeNat'],
};

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');

/** Whether a request may travel without TLS. */
const MAY_BE_PLAIN: Readonly<Record<Reach, (host: string) => boolean>> = {
  public: () => false,
  loopback: () => true,
  organisation: isThisMachine,
};

/** An address of IPv4 that is written as one of IPv6 counts as what it is. */
export const isReachable = (reach: Reach, address: string): boolean =>
  ipaddr.isValid(address) && RANGES[reach].includes(ipaddr.process(address).range());

/** Thrown before anything is sent. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';

  constructor() {
    super('The endpoint is at no address that webhooks may go to.');
  }
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '');

/** @returns whether the URL may be an endpoint, as far as can be told without asking DNS */
export function isEndpointUrl(reach: Reach, text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname, hash } = new URL(text);
  const host = bare(hostname);
  return (
    (protocol === 'https:' || (protocol === 'http:' && MAY_BE_PLAIN[reach](host))) &&
    `${username}${password}${hash}` === '' &&
    (isIP(host) === 0 || isReachable(reach, host))
  );
}

type Resolve = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const resolveByDns: Resolve = (host, done) => lookup(host, { all: true }, done);

/**
 * Looks a name up for a connection, once: the addresses that were checked are those that are connected to, so that a name which changes
 * its mind between the two gains nothing.
 */
export const checkedLookup =
  (reach: Reach, resolve: Resolve = resolveByDns): LookupFunction =>
  (host, options, done) =>
    resolve(host, (error, addresses) => {
      const [first] = addresses;
      if (error !== null) done(error, []);
      else if (
        first === undefined ||
        !addresses.every(({ address }) => isReachable(reach, address))
      )
        done(new AddressRefusedError(), []);
      else if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
