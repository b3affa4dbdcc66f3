// SPDX-License-Identifier: Apache-2.0
// The error for ports that are in use: which process holds them, and what to do.
import { NetworkError, type PortHolder } from '@fabric-offline-pay/node-common';

const MOST_TOLD = 3;

/** @returns an error that names the processes that hold the ports, and an option that both `up` and `start` have. */
export function portsInUse(holders: readonly PortHolder[], areKept: boolean): NetworkError {
  const told = holders.slice(0, MOST_TOLD).map(holderText).join('; ');
  const more = holders.length - MOST_TOLD;
  return new NetworkError('PORT_IN_USE', more > 0 ? `${told}; and ${more} more ports` : told, {
    advice: [...new Set(holders.map(waysToEnd)), areKept ? KEPT : OTHER_PORTS].join(' '),
    details: { holders },
  });
}

const OTHER_PORTS = 'Or choose other ports: --base-port free.';
const KEPT = 'This network keeps the ports of its setup.';

/** Who holds the port, for a person. */
export function holderText({ port, process }: PortHolder): string {
  if (process === undefined) return `Port ${port} is in use`;
  const { pid, program, home } = process;
  const whose = home === undefined ? '' : ` of the network in ${home}`;
  return `Port ${port} is held by process ${pid} (${program})${whose}`;
}

/** How the port becomes free. */
export const waysToEnd = ({ process }: PortHolder): string =>
  process?.home === undefined
    ? 'End the programs that hold the ports.'
    : `End that network: npx offpay stop --home '${process.home}'.`;
