// SPDX-License-Identifier: Apache-2.0
// A ledger that another version wrote is refused by every transaction, before anything of it is believed.
import { contracts } from '@fabric-offline-pay/chaincode';
import { ALL_TRANSACTIONS, LEDGER_VERSION } from '@fabric-offline-pay/domain';
import { parseRefusal } from '@fabric-offline-pay/sdk';
import {
  POLICY,
  DEFAULT_NETWORK,
  makeCaller,
  MSP_IDS,
  PARTICIPANTS,
} from '@fabric-offline-pay/testing';
import { Context, Contract } from 'fabric-contract-api';
import { WatchedLedger } from '../support/watched-ledger.js';

/** Stands for the version that wrote the ledger. */
class OtherVersion extends Contract {
  constructor() {
    super('other');
  }

  async write(ctx: Context, registry: string): Promise<void> {
    await ctx.stub.putState('registry', Buffer.from(registry));
  }
}

const FOUNDING = { participants: PARTICIPANTS, policy: POLICY };
const operator = makeCaller({ mspId: MSP_IDS.bank, role: 'operator', actor: 'bank-1' });

async function ledgerOf(registry: object): Promise<WatchedLedger> {
  const ledger = new WatchedLedger({ ...DEFAULT_NETWORK, contracts: [...contracts, OtherVersion] });
  await ledger.invoke(operator, 'other:write', [JSON.stringify(registry)]);
  return ledger;
}

async function answerOf(ledger: WatchedLedger, transaction: string, input: unknown) {
  const proposal = ledger.propose(operator, transaction, [JSON.stringify(input)]);
  const { response } = await ledger.endorse(proposal, MSP_IDS.bank);
  return parseRefusal(response.message);
}

const OTHERS = [
  ['before there were versions', 1, FOUNDING],
  ['to come', LEDGER_VERSION + 1, { ...FOUNDING, version: LEDGER_VERSION + 1 }],
] as const;

describe.each(OTHERS)('a ledger of the version %s', (_, version, registry) => {
  test.each(ALL_TRANSACTIONS.map(({ fullName, example }) => [fullName, example] as const))(
    'is refused by %s',
    async (fullName, example) => {
      const ledger = await ledgerOf(registry);
      expect(await answerOf(ledger, fullName, example)).toMatchObject({
        code: 'LEDGER_VERSION_OTHER',
        details: { ledger: version, chaincode: LEDGER_VERSION },
      });
    },
  );
});
