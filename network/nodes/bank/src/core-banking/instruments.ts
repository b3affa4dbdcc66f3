// SPDX-License-Identifier: Apache-2.0
// Sends each request to whoever keeps the money: by the kind of the instrument, and later to whoever was asked first.
import { readFileSync } from 'node:fs';
import { readSecret, type Link, type Links } from '@fabric-offline-pay/node-common/node';
import type { Clock } from '../clock.js';
import { EMBEDDED } from './book/accounts.js';
import type { CardConfig, CoreBankingConfig, MobileConfig } from './configuration.js';
import {
  HostUnavailable,
  refused,
  type Answer,
  type CoreBanking,
  type Hosts,
  type StatingBank,
} from './core-banking.js';
import { embeddedCoreBanking } from './embedded/embedded-core-banking.js';
import { CardHost } from './iso8583/card-host.js';
import { HostLine, type LineObserver } from './iso8583/host-line.js';
import { MobileHost } from './mobile-money/mobile-host.js';
import type { LaterRequest } from './requests/content.js';
import { recordedCoreBanking, type Host } from './requests/recorded-core-banking.js';
import type { CoreBankingDatabase } from './tables.js';

/** As the ledger names them (`settlement:linkInstrument`). */
export type InstrumentKind = 'card' | 'mobile';

export interface InstrumentsParts {
  readonly db: CoreBankingDatabase;
  readonly config: CoreBankingConfig;
  readonly clock: Clock;
  /** @returns undefined for a token that no customer has linked */
  readonly kindOf: (token: string) => Promise<InstrumentKind | undefined>;
  /** Told what happens on the line to a card host. */
  readonly observer: LineObserver;
}

/** Core banking of this bank. */
export interface Instruments extends CoreBanking {
  /** The hosts that are configured, each asked whether it is there. */
  readonly links: Links;
  /** Each with a statement of its own: one that does not come holds up no other. */
  readonly hosts: Hosts;
  /** Ends connections. What is under way fails as uncertain and is repeated after the next start. */
  close(): Promise<void>;
}

type Parts = Omit<InstrumentsParts, 'kindOf'>;

const read = (path: string): string => readFileSync(path, 'utf8');

const readIf = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : read(path);

function tlsOf(tls: Extract<CardConfig, { adapter: 'iso8583' }>['tls']) {
  if (tls === undefined) return undefined;
  const [cert, key] = [readIf(tls.cert), readIf(tls.key)];
  return {
    ca: read(tls.ca),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function cardHostOf(card: CardConfig, { db, clock, observer }: Parts): Host | undefined {
  if (card.adapter === 'embedded') return undefined;
  const { host, port, bitmap, mostBytes, timeoutMs, backoffMs, repeats, statementFolder } = card;
  const { institution, terminal, acceptor } = card;
  const tls = tlsOf(card.tls);
  const settings = { host, port, tls, bitmap, mostBytes, timeoutMs, backoffMs };
  return new CardHost({
    db,
    clock,
    line: new HostLine({ ...settings, clock, observer }),
    acquirer: { institution, terminal, acceptor },
    repeats,
    statementFolder,
  });
}

function mobileHostOf(mobile: MobileConfig, { db, clock }: Parts): Host | undefined {
  if (mobile.adapter === 'embedded') return undefined;
  const { url, account, apiKeyFile, clientId, timeoutMs, poll } = mobile;
  const credentials = {
    'x-api-key': readSecret(apiKeyFile),
    ...(clientId !== undefined && { 'x-client-id': clientId }),
  };
  return new MobileHost({ db, clock, account, poll, http: { url, credentials, timeoutMs } });
}

/** How a host is called where the node says whether it is there. */
const LINK_NAMES: Readonly<Record<string, string>> = {
  iso8583: 'cardHost',
  'mobile-money': 'mobileHost',
};

const linkTo = (host: Host): Link => ({ required: false, ask: () => host.echo() });

const NOBODY: CoreBanking['authorise'] = () => Promise.resolve(refused('INSTRUMENT_UNKNOWN'));

/** @throws when a file of the configuration cannot be read. */
export function openInstruments({ kindOf, ...parts }: InstrumentsParts): Instruments {
  const { db, config, clock } = parts;
  const hosts = [cardHostOf(config.card, parts), mobileHostOf(config.mobile, parts)].filter(
    (host) => host !== undefined,
  );
  const adapters = new Map<string, StatingBank>([
    [EMBEDDED, embeddedCoreBanking({ db, clock })],
    ...hosts.map((host) => [host.adapter, recordedCoreBanking({ db, clock, host })] as const),
  ]);

  /** @returns who was asked under this key before */
  const askedBefore = async (key: string): Promise<CoreBanking | undefined> => {
    const row = await db
      .selectFrom('host_requests')
      .select('adapter')
      .where('request_key', '=', key)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const adapter = adapters.get(row.adapter);
    if (adapter === undefined)
      throw new HostUnavailable(
        `A request was made by the adapter ${row.adapter}, which is not configured any more. Configure it until all its requests are answered.`,
      );
    return adapter;
  };

  const later = async (
    name: LaterRequest['kind'],
    request: Parameters<CoreBanking['complete']>[0],
  ): Promise<Answer> => {
    const adapter = await askedBefore(request.authorisation);
    return adapter === undefined ? refused('AUTHORISATION_UNKNOWN') : adapter[name](request);
  };

  const adapterOf = (kind: InstrumentKind): CoreBanking | undefined =>
    adapters.get(config[kind].adapter);

  // An order that cannot be funded waits; whatever needs no money from a host goes on.
  const links = Object.fromEntries(
    hosts.map((host) => [LINK_NAMES[host.adapter] ?? host.adapter, linkTo(host)]),
  );

  return {
    links,
    hosts: adapters,
    authorise: async (request) => {
      const before = await askedBefore(request.key);
      if (before !== undefined) return before.authorise(request);
      const kind = await kindOf(request.token);
      const adapter = kind === undefined ? undefined : adapterOf(kind);
      return (adapter?.authorise.bind(adapter) ?? NOBODY)(request);
    },
    complete: (request) => later('complete', request),
    release: (request) => later('release', request),
    refund: (request) => later('refund', request),
    payOut: async (request) => {
      const { payees } = config;
      const adapter =
        (await askedBefore(request.key)) ??
        (payees === 'embedded' ? adapters.get(EMBEDDED) : adapterOf(payees));
      if (adapter === undefined) return refused('INSTRUMENT_UNKNOWN');
      return adapter.payOut(request);
    },
    echo: async () => {
      await Promise.all([...adapters.values()].map((adapter) => adapter.echo()));
    },
    close: async () => {
      await Promise.all(hosts.map((host) => host.close()));
    },
  };
}
