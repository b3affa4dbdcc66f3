// SPDX-License-Identifier: Apache-2.0
// Ends a life at its n-th step: everything that is not yet on the disk is lost, and nothing more happens.
import {
  memoryMark,
  memoryStore,
  sealedStore,
  type Mark,
  type MarkCell,
  type OfflineKey,
  type Store,
  type TerminalLedger,
} from '@fabric-offline-pay/sdk/offline';

export class Crash extends Error {
  override readonly name = 'Crash';
}

/** A life that ends at a step, from 1; Infinity for one that does not. */
export class Life {
  steps = 0;

  constructor(readonly endsAt = Infinity) {}

  /** Passed at every point where a real process could die between two effects. */
  step(): void {
    this.steps += 1;
    if (this.steps >= this.endsAt) throw new Crash(`step ${this.steps}`);
  }
}

/** What a program does while others run: a write that is not awaited has not happened yet when it goes on. */
const meanwhile = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @param disk what survives */
export function mortalStore(disk: Map<string, string>, life: Life): Store {
  const store = memoryStore(disk);
  return {
    ...store,
    write: async (changes) => {
      life.step();
      await meanwhile();
      // Written, but not synced: lost.
      life.step();
      await store.write(changes);
      // Synced, but not reported.
      life.step();
    },
  };
}

/** @param cell what survives */
export function mortalMark(cell: MarkCell, life: Life): Mark {
  const mark = memoryMark(cell);
  return {
    ...mark,
    write: async (marked) => {
      life.step();
      await mark.write(marked);
      life.step();
    },
  };
}

/** What survives of a store: what is in it, and its mark. */
export interface Disk {
  readonly contents: Map<string, string>;
  readonly cell: MarkCell;
}

export const emptyDisk = (): Disk => ({ contents: new Map<string, string>(), cell: {} });

export const copyOf = ({ contents, cell }: Disk): Disk => ({
  contents: new Map(contents),
  cell: { ...cell },
});

/** The store as a device or a terminal has it. */
export const mortalSealed = ({ contents, cell }: Disk, life = new Life()): Promise<Store> =>
  sealedStore(mortalStore(contents, life), mortalMark(cell, life));

export const mortalKey = (key: OfflineKey, life: Life): OfflineKey => ({
  publicKey: key.publicKey,
  sign: async (bytes) => {
    life.step();
    const signature = await key.sign(bytes);
    life.step();
    return signature;
  },
});

/** Dies before the ledger heard, or after it wrote and before it was heard. */
export function mortalLedger(ledger: TerminalLedger, life: Life): TerminalLedger {
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    life.step();
    const answer = await work();
    life.step();
    return answer;
  };
  return {
    issuers: (bankId) => around(() => ledger.issuers(bankId)),
    bulletin: (bankId) => around(() => ledger.bulletin(bankId, undefined)),
    settle: (batch) => around(() => ledger.settle(batch)),
    settledFirst: (voucher) => around(() => ledger.settledFirst(voucher)),
    submitProof: (proof) => around(() => ledger.submitProof(proof)),
  };
}

/** Dies before and after each call of a port: each thing that leaves the process. */
export function mortalPort<Port extends object>(port: Port, life: Life): Port {
  return new Proxy(port, {
    get: (target, name: keyof Port & string) => {
      const method = target[name];
      if (typeof method !== 'function') return method;
      return async (...input: readonly unknown[]) => {
        life.step();
        const answer: unknown = await method.apply(target, input);
        life.step();
        return answer;
      };
    },
  });
}
