// SPDX-License-Identifier: Apache-2.0
// Clients of a home's nodes for a run: each merchant and each courier calls with a certificate of its own.
import type { BankClient } from '@fabric-offline-pay/bank-node';
import type { LogisticsClient } from '@fabric-offline-pay/logistics-node';
import type { MerchantClient } from '@fabric-offline-pay/merchant-node';
import {
  cashierOf,
  enrolIdentity,
  type OrganisationDescription,
  organisationWithRole,
  readDescription,
} from '@fabric-offline-pay/operate';
import type { NodeClients } from '../pay/over-nodes.js';
import { bankClient } from './bank-service.js';
import { courierOf, logisticsClientWith } from './logistics-service.js';
import { merchantClientWith } from './merchant-service.js';
import { type CertificatePaths, identityOf } from './node-service.js';

interface Closing {
  close(): void;
}

/** One client a name, opened at first use. */
class Opened<Client extends Closing> {
  readonly #open: (name: string) => Promise<Client>;
  readonly #known = new Map<string, Promise<Client>>();

  constructor(open: (name: string) => Promise<Client>) {
    this.#open = open;
  }

  readonly get = (name: string): Promise<Client> => {
    const known = this.#known.get(name) ?? this.#open(name);
    this.#known.set(name, known);
    return known;
  };

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#known.values());
    for (const result of opened) if (result.status === 'fulfilled') result.value.close();
  }
}

/** The issued certificate, or a new one. */
async function certificateOf(
  home: string,
  { id, identities }: OrganisationDescription,
  identity: ReturnType<typeof cashierOf>,
): Promise<CertificatePaths> {
  const { name, role, actor } = identity;
  const issued = identities.find(
    (known) => known.name === name && known.role === role && known.actor === actor,
  );
  return issued ?? enrolIdentity(home, id, identity);
}

/** The clients of a run, and their end. */
interface OpenedNodes extends NodeClients {
  readonly teller: BankClient;
  readonly operator: BankClient;
  readonly close: () => Promise<void>;
}

/** @param home of a running network whose nodes were started */
export function openNodeClients(home: string): OpenedNodes {
  const description = readDescription(home);
  const merchants = organisationWithRole(description, 'merchant');
  const logistics = organisationWithRole(description, 'logistics');
  const merchant = new Opened<MerchantClient>(async (merchantId) =>
    merchantClientWith(home, await certificateOf(home, merchants, cashierOf(merchantId))),
  );
  const courier = new Opened<LogisticsClient>(async (courierId) => {
    const identity = courierOf(courierId, logistics.actor);
    return logisticsClientWith(home, await certificateOf(home, logistics, identity));
  });
  const dispatcher = new Opened<LogisticsClient>((role) =>
    Promise.resolve(logisticsClientWith(home, identityOf(logistics, role))),
  );
  const [teller, operator] = [bankClient(home, 'teller'), bankClient(home, 'operator')];
  return {
    merchant: merchant.get,
    courier: courier.get,
    dispatcher: () => dispatcher.get('dispatcher'),
    teller,
    operator,
    close: async () => {
      await Promise.all([merchant.close(), courier.close(), dispatcher.close()]);
      for (const client of [teller, operator]) client.close();
    },
  };
}
