// SPDX-License-Identifier: Apache-2.0
// Typed clients of a running network, one per certificate, opened at first use.
import { readFileSync } from 'node:fs';
import type { Attribute, Role } from '@fabric-offline-pay/domain';
import {
  CommitFeed,
  connect,
  Statistics,
  type Client,
  type Connection,
  type ConnectOptions,
  type Parties,
  type StatisticsSnapshot,
} from '@fabric-offline-pay/sdk';
import {
  describedOrganisation,
  endpointsOf,
  organisationsSeenBy,
  organisationWithRole,
  readDescription,
  type IdentityDescription,
  type NetworkDescription,
  type OrganisationDescription,
} from '../description.js';
import { identityName } from '../topology/identity-name.js';

const read = (path: string): string => readFileSync(path, 'utf8');

/** Options for every connection. */
export interface ClientsOptions extends Pick<ConnectOptions, 'deadlines'> {
  /** Whether simultaneous calls may travel as one transaction. Default: true. */
  readonly batching?: boolean;
  /** Shared with connections that are opened elsewhere. Default: its own. */
  readonly statistics?: Statistics;
}

export class Clients {
  readonly #home: string;
  readonly #options: ClientsOptions;
  readonly #description: NetworkDescription;
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #statistics: Statistics;
  readonly #commits = new Map<string, CommitFeed>();

  /** @throws NetworkError `NETWORK_NOT_UP` */
  constructor(home: string, options: ClientsOptions = {}) {
    this.#home = home;
    this.#options = options;
    this.#statistics = options.statistics ?? new Statistics();
    this.#description = readDescription(home);
  }

  get channel(): string {
    return this.#description.channel;
  }

  get description(): NetworkDescription {
    return this.#description;
  }

  /** The counts of all connections together. */
  get statistics(): StatisticsSnapshot {
    return this.#statistics.snapshot();
  }

  /** @returns the organisation with this role. @throws NetworkError `ORGANISATION_UNKNOWN` */
  organisation(role: Role): OrganisationDescription {
    return organisationWithRole(this.#description, role);
  }

  /** @returns the organisation with this id, else the first with this role. @throws NetworkError `ORGANISATION_UNKNOWN` */
  organisationNamed(idOrRole: string): OrganisationDescription {
    const { organisations } = this.#description;
    return (
      organisations.find(({ id }) => id === idOrRole) ??
      organisations.find(({ role }) => role === idOrRole) ??
      describedOrganisation(this.#description, idOrRole)
    );
  }

  /** @returns the client of a certificate with this role, attribute and actor. Enrols the certificate if there is none yet. */
  async client(
    role: Role,
    attribute: Attribute,
    actor = this.organisation(role).actor,
  ): Promise<Client> {
    return (await this.connection(role, attribute, actor)).client;
  }

  connection(
    role: Role,
    attribute: Attribute,
    actor = this.organisation(role).actor,
  ): Promise<Connection> {
    return this.connectionOf(this.organisation(role), attribute, actor);
  }

  /** Connects with a certificate of exactly this organisation to its own peer. */
  connectionOf(
    organisation: OrganisationDescription,
    attribute: Attribute,
    actor: string,
  ): Promise<Connection> {
    const key = `${organisation.id}.${attribute}.${actor}`;
    const known = this.#connections.get(key) ?? this.#open(organisation, attribute, actor);
    this.#connections.set(key, known);
    return known;
  }

  /** @returns the clients of all parties to an order of this merchant. */
  async parties(merchantId: string): Promise<Parties> {
    const [cashier, dispatcher, bankNode] = await Promise.all([
      this.client('merchant', 'cashier', merchantId),
      this.client('logistics', 'dispatcher'),
      this.client('bank', 'bank-node'),
    ]);
    return { cashier, dispatcher, bankNode, catchUp: (block) => this.catchUp(block) };
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#connections.values());
    for (const result of opened) if (result.status === 'fulfilled') result.value.close();
    this.#connections.clear();
  }

  /** Waits until the peers of all three parties hold the block that one of them reported. */
  async catchUp(block: bigint): Promise<void> {
    const connections = await Promise.all([
      this.connection('bank', 'bank-node'),
      this.connection('merchant', 'cashier'),
      this.connection('logistics', 'dispatcher'),
    ]);
    await Promise.all(connections.map((connection) => connection.waitForBlock(block)));
  }

  async #identity(
    organisation: OrganisationDescription,
    role: string,
    actor: string,
  ): Promise<IdentityDescription> {
    const known = organisation.identities.find(
      (entry) => entry.role === role && entry.actor === actor,
    );
    if (known !== undefined) return known;
    // Loaded only for the rare call that enrols.
    const { enrolIdentity } = await import('../lifecycle/identities.js');
    const wanted = { name: identityName(role, actor), role, actor };
    return enrolIdentity(this.#home, organisation.id, wanted);
  }

  /** The connections of one organisation use the same peers. */
  #commitsOf({ id }: OrganisationDescription): CommitFeed {
    const known = this.#commits.get(id) ?? new CommitFeed();
    this.#commits.set(id, known);
    return known;
  }

  async #open(
    organisation: OrganisationDescription,
    attribute: Attribute,
    actor: string,
  ): Promise<Connection> {
    const { certPath, keyPath } = await this.#identity(organisation, attribute, actor);
    return connect({
      endpoint: endpointsOf(organisation),
      tlsRoot: read(organisation.tlsRootCertPath),
      identity: { mspId: organisation.mspId, certificate: read(certPath) },
      privateKey: read(keyPath),
      channel: this.channel,
      chaincode: this.#description.chaincode.name,
      organisations: organisationsSeenBy(organisation, this.#description),
      ...this.#options,
      statistics: this.#statistics,
      commits: this.#commitsOf(organisation),
    });
  }
}
