// SPDX-License-Identifier: Apache-2.0
// What all hosts together did on a day.
import type { HostEntry, Hosts } from '../../core-banking/core-banking.js';

/** @param day UTC. @throws when one of the hosts gives no statement */
export async function allEntries(hosts: Hosts, day: string): Promise<readonly HostEntry[]> {
  const statements = [...hosts.values()].map((host) => host.statement(day));
  return (await Promise.all(statements)).flat();
}
