// SPDX-License-Identifier: Apache-2.0
// What stands in for the outside world of the sample's bank: a card host, a mobile-money host and a message centre, in one process.
import { readFileSync } from 'node:fs';
import { makeFolder, writeJson } from '@fabric-offline-pay/node-common';
import type { MovementKind } from '../../core-banking/core-banking.js';
import type { CardHostSimulator } from '../hosts/card-host-simulator.js';
import type { MobileHostSimulator } from '../hosts/mobile-host-simulator.js';
import { openDesk } from './desk.js';
import { openCardHost, openMobileHost } from './hosts.js';
import { MessageCentre } from './message-centre.js';
import type { StandInFigures, StandInsConfig } from './shapes.js';
import { Statements } from './statements.js';

const cardCount = ({ entries }: CardHostSimulator, ...kinds: readonly MovementKind[]): number =>
  entries.filter(({ kind }) => kinds.includes(kind)).length;

const mobileCount = ({ made }: MobileHostSimulator, type: string): number =>
  made.filter(({ request }) => request.type === type).length;

const figuresOf = (
  cards: CardHostSimulator,
  mobiles: MobileHostSimulator,
  centre: MessageCentre,
): StandInFigures => ({
  approvals: cardCount(cards, 'authorise') + mobileCount(mobiles, 'merchantpay'),
  completions: cardCount(cards, 'complete'),
  reversals: cardCount(cards, 'release', 'refund') + mobileCount(mobiles, 'reversal'),
  payOuts: cardCount(cards, 'payOut') + mobileCount(mobiles, 'disbursement'),
  ...centre.figures,
});

const readSecret = (file: string): string => readFileSync(file, 'utf8').trim();

export interface StandIns {
  close(): Promise<void>;
}

/** Opens them with what they did before. @throws {NetworkError} FILE_DAMAGED; the system's error for a port in use */
export async function openStandIns(config: StandInsConfig): Promise<StandIns> {
  const { folder, readyFile, ports, secrets, statementFolder, referenceTag } = config;
  for (const each of [folder, statementFolder]) makeFolder(each);
  const [cards, mobiles, centre] = await Promise.all([
    openCardHost({ folder, port: ports.card }),
    openMobileHost({ folder, port: ports.mobile }, readSecret(secrets.mobile)),
    MessageCentre.open({
      ...{ folder, port: ports.sms, referenceTag },
      password: readSecret(secrets.sms),
    }),
  ]);
  const hosts = { card: cards, mobile: mobiles };
  const statements = new Statements(cards, statementFolder);
  const desk = await openDesk(
    {
      open: (kind, account) => hosts[kind].open(account),
      texts: (query) => centre.texts(query),
      figures: () => figuresOf(cards, mobiles, centre),
      writeStatements: () => statements.write(),
    },
    ports.desk,
    readSecret(secrets.desk),
  );
  writeJson(readyFile, { pid: process.pid });
  return {
    close: async () => {
      statements.close();
      desk.close();
      desk.closeAllConnections();
      await Promise.all([cards.stop(), mobiles.stop(), centre.close()]);
    },
  };
}
