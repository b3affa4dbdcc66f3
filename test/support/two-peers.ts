// SPDX-License-Identifier: Apache-2.0
// The default network with a second peer of the bank.
import type { defaultTopology } from '@fabric-offline-pay/operate';

type Topology = typeof defaultTopology;

export const withTwoBankPeers = (topology: Topology): Topology => ({
  ...topology,
  organisations: topology.organisations.map((organisation) =>
    organisation.id === 'bank'
      ? { ...organisation, peers: ['bank-peer', 'bank-peer-2'] }
      : organisation,
  ),
});
