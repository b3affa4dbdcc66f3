// SPDX-License-Identifier: Apache-2.0
// The process that is killed: runs a node for one history after the other, as the other side of its channel says.
import { Line } from '../line.js';
import { BANK_KIND } from './bank.js';
import { Crossings } from './crossings.js';
import { LOGISTICS_KIND } from './logistics.js';
import { MERCHANT_KIND } from './merchant.js';
import { NodeInProcess, type Rows } from './node-in-process.js';
import { toLedgerError } from './remote-ledger.js';

export type NodeName = 'bank' | 'merchant' | 'logistics';

/** Where a node lives. */
export interface Life {
  readonly node: NodeName;
  /** PGlite's folder. */
  readonly folder: string;
  readonly settings: unknown;
  /** Where its crossings are noted, and at which it dies. */
  readonly crossings: string;
  readonly kills: readonly number[];
}

/** What is asked of a node, whatever its tables. */
type AnyNode = Pick<
  NodeInProcess<never>,
  'seed' | 'work' | 'run' | 'isQuiet' | 'state' | 'rows' | 'facts' | 'rebuild' | 'close'
>;

let node: AnyNode | undefined;

function current(): AnyNode {
  if (node === undefined) throw new Error('There is no node.');
  return node;
}

function open({ node: name, folder, settings, crossings, kills }: Life): Promise<AnyNode> {
  const place = {
    ...{ folder, line, crossings: new Crossings(crossings, kills) },
    settings: settings as never,
  };
  const ways: Record<NodeName, () => Promise<AnyNode>> = {
    bank: () => NodeInProcess.open(BANK_KIND, place),
    merchant: () => NodeInProcess.open(MERCHANT_KIND, place),
    logistics: () => NodeInProcess.open(LOGISTICS_KIND, place),
  };
  return ways[name]();
}

const line = new Line({
  channel: process,
  toError: toLedgerError,
  calls: {
    /** Makes a folder that histories begin with. */
    prepare: async (life: Life) => {
      const prepared = await open(life);
      await prepared.seed();
      await prepared.close();
    },
    live: async (life: Life) => {
      node = await open(life);
      await node.work();
    },
    run: (name: string) => current().run(name),
    isQuiet: (blocks: number) => current().isQuiet(blocks),
    state: () => current().state(),
    rows: () => current().rows(),
    facts: () => current().facts(),
    /** The tables of a fresh database that reads the ledger from block 0. */
    rebuildFresh: async ({ life, blocks }: { readonly life: Life; readonly blocks: number }) => {
      const fresh = await open(life);
      const rows: Rows = await fresh.rebuild(blocks);
      await fresh.close();
      return rows;
    },
    /** The same in the tables that it has; then it works on. */
    rebuildOwn: async ({ life, blocks }: { readonly life: Life; readonly blocks: number }) => {
      await current().close();
      node = await open(life);
      const rows = await node.rebuild(blocks);
      await node.close();
      node = await open(life);
      await node.work();
      return rows;
    },
    close: async () => {
      await node?.close();
      node = undefined;
    },
  },
});

process.on('disconnect', () => process.exit(1));
