// SPDX-License-Identifier: Apache-2.0
// The hosts of the sample: a card host and a mobile-money host that keep in files what they did.
import { join } from 'node:path';
import * as z from 'zod';
import { decodeMessage, encodeMessage } from '../../core-banking/iso8583/codec.js';
import { CardHostSimulator, type CardEvent } from '../hosts/card-host-simulator.js';
import { MobileHostSimulator, posted, type MobileEvent } from '../hosts/mobile-host-simulator.js';
import { Journal } from './journal.js';

const account = z.object({ token: z.string(), currency: z.string(), balance: z.string() });
const opened = z.object({ event: z.literal('opened'), account });

/** A message stands in the file as it stands on the line. */
const cardLine = z.union([
  opened,
  z.object({ event: z.literal('done'), message: z.string(), day: z.iso.date() }),
]);

const mobileLine = z.union([
  opened,
  z.object({
    event: z.literal('done'),
    id: z.string(),
    path: z.string(),
    body: posted,
    at: z.number(),
  }),
]);

type CardLine = z.output<typeof cardLine>;

const lineOf = (event: CardEvent): CardLine =>
  event.event === 'opened'
    ? event
    : { ...event, message: encodeMessage(event.message, 'hex').toString('latin1') };

const eventOf = (line: CardLine): CardEvent =>
  line.event === 'opened'
    ? line
    : { ...line, message: decodeMessage(Buffer.from(line.message, 'latin1'), 'hex') };

export interface HostPlace {
  readonly folder: string;
  readonly port: number;
}

export function openCardHost({ folder, port }: HostPlace): Promise<CardHostSimulator> {
  const journal = new Journal<CardLine>(join(folder, 'cards.jsonl'), cardLine);
  const keep = (event: CardEvent): void => journal.keep(lineOf(event));
  return CardHostSimulator.start({ bitmap: 'binary', port, keep }, journal.past.map(eventOf));
}

export function openMobileHost(
  { folder, port }: HostPlace,
  apiKey: string,
): Promise<MobileHostSimulator> {
  const journal = new Journal<MobileEvent>(join(folder, 'mobile.jsonl'), mobileLine);
  return MobileHostSimulator.start({ port, apiKey, keep: journal.keep }, journal.past);
}
