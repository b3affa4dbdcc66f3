// SPDX-License-Identifier: Apache-2.0
// The port to the ledger: what this node calls of the SDK's client, with a dispatcher's certificate.
import type { Client, DispatcherSteps } from '@fabric-offline-pay/sdk';

export interface LogisticsLedger extends DispatcherSteps {
  readonly logistics: DispatcherSteps['logistics'] &
    Pick<
      Client['logistics'],
      'registerCouriers' | 'pickUp' | 'deliver' | 'purgeAddresses' | 'readAddress'
    >;
  readonly settlement: Pick<Client['settlement'], 'requestPayout'>;
}
