// SPDX-License-Identifier: Apache-2.0
// Real blocks without Fabric: a channel that a test founds itself, a world that lives on a ledger in memory, and each of its blocks byte for
// byte as orderers and peers would have made it, with settings and definitions of the chaincode between them.
import { common, peer } from '@hyperledger/fabric-protos';
import { contracts } from '@fabric-offline-pay/chaincode';
import {
  DEFAULT_NETWORK,
  memoryClient,
  MSP_IDS,
  PARTICIPANTS,
  POLICY,
  World,
  type Block,
  type BlockTransaction,
  type MemoryNetwork,
} from '@fabric-offline-pay/testing';
import {
  batchTimeout,
  configEnvelope,
  signedUpdate,
} from '../../../network/nodes/auditor/src/testing/test-channel.js';
import { computedUpdate } from '../../../network/nodes/auditor/src/testing/test-update.js';
import { TestMember } from '../../../network/nodes/auditor/src/testing/test-organisation.js';
import { actionOf } from '../action.js';
import { defined } from '../defined.js';
import { callEnvelope, newNonce, settingsEnvelope } from './envelopes.js';
import { CHAINCODE, CHANNEL, ENDORSERS, ForgedChannel } from './forged-channel.js';
import {
  approvalAction,
  definitionAction,
  frameOf,
  LIFECYCLE,
  type Before,
  type Definition,
} from './lifecycle.js';
import { NoncedLedger } from './nonced-ledger.js';
import type { Draft } from './sealing.js';

const { VALID } = peer.TxValidationCode;

/** Blocks before the ledger in memory begins: settings, approvals, definition. */
const FOUNDING_BLOCKS = 3;

const now = (): Date => new Date();

const codeOf = ({ validationCode }: BlockTransaction): number =>
  peer.TxValidationCode[validationCode];

const copyOf = (root: common.ConfigGroup): common.ConfigGroup =>
  common.ConfigGroup.deserializeBinary(root.serializeBinary());

const allValid = (envelopes: readonly Uint8Array[], hasSettings = false): Draft => ({
  envelopes,
  codes: envelopes.map(() => VALID),
  hasSettings,
});

/** Changes a copy of the settings in force. */
export type SettingsChange = (root: common.ConfigGroup) => void;

/** Blocks come a second apart. */
export const slowerBlocks: SettingsChange = (root) =>
  defined(
    root.getGroupsMap().get('Orderer')?.getValuesMap().get('BatchTimeout'),
    'time between blocks',
  ).setValue(batchTimeout('1s'));

interface Asked {
  readonly admin: TestMember;
  readonly endorsers: readonly TestMember[];
  readonly name: string;
  readonly action: Uint8Array;
}

const lifecycleEnvelope = ({ admin, endorsers, name, action }: Asked): Uint8Array =>
  callEnvelope({
    ...{ creator: admin, nonce: newNonce(), at: now(), chaincode: LIFECYCLE },
    ...{ arguments: [Buffer.from(name)], action, endorsers },
  });

export class ForgedLedger implements MemoryNetwork {
  readonly channel = new ForgedChannel();
  readonly ledger: NoncedLedger;
  readonly world: World;
  readonly clientFor: MemoryNetwork['clientFor'];
  readonly #drafts: Draft[] = [];
  readonly #known = new Map<string, ReturnType<MemoryNetwork['clientFor']>>();
  #definition: Definition = { version: 'first', sequence: 1 };
  #definedAt: Before;
  #root: common.ConfigGroup;
  #sequence = 0;
  /** What stands in the ledger's next block, which is none of the chaincode's. */
  #next: Draft | undefined;

  private constructor() {
    this.#root = this.channel.settings.root();
    this.ledger = new NoncedLedger({
      ...DEFAULT_NETWORK,
      ...{ contracts, channel: CHANNEL, chaincode: CHAINCODE, firstBlock: FOUNDING_BLOCKS },
    });
    this.clientFor = (role, attribute, actor) => {
      const key = `${role}.${attribute}.${actor}`;
      const caller = () => this.channel.caller(MSP_IDS[role], attribute, actor);
      const client =
        this.#known.get(key) ?? memoryClient(this.ledger, caller(), { organisations: MSP_IDS });
      this.#known.set(key, client);
      return client;
    };
    this.world = new World(this.clientFor, CHANNEL);
    this.ledger.onBlock((block) => void this.#drafts.push(this.#draftOf(block)));
  }

  /** @returns a ledger with its first settings, a definition of the chaincode, and the world's registry */
  static async found(policy: typeof POLICY = POLICY): Promise<ForgedLedger> {
    const forged = new ForgedLedger();
    const settings = configEnvelope(forged.#root, 0);
    forged.#drafts.push(allValid([settingsEnvelope(settings, now(), undefined)], true));
    forged.#drafts.push(forged.#approvals(), forged.#committed());
    forged.#definedAt = { block: FOUNDING_BLOCKS - 1, tx: 0 };
    await forged.world.found(PARTICIPANTS, { policy });
    return forged;
  }

  /** All blocks so far, before they are sealed. */
  get drafts(): readonly Draft[] {
    return this.#drafts;
  }

  /** What of it others buy with. */
  get parts(): Pick<MemoryNetwork, 'world' | 'clientFor'> {
    return { world: this.world, clientFor: this.clientFor };
  }

  get definition(): Definition {
    return this.#definition;
  }

  /** @returns a block with a change of the settings that these signed; the ledger does not have it */
  settingsDraft(change: SettingsChange, signers: readonly TestMember[]): Draft {
    return this.#settings(this.#changed(change), signers);
  }

  /** Changes the settings, with as many signatures as are needed. */
  async changeSettings(change: SettingsChange): Promise<void> {
    const next = this.#changed(change);
    const draft = this.#settings(next, this.channel.quorum);
    this.#root = next;
    this.#sequence += 1;
    await this.#insert(draft);
  }

  /** Each organisation approves a new version of the chaincode, which then comes into force. */
  async upgrade(version: string): Promise<void> {
    this.#definition = { version, sequence: this.#definition.sequence + 1 };
    await this.#insert(this.#approvals());
    await this.#insert(this.#committed());
    this.#definedAt = { block: this.#drafts.length - 1, tx: 0 };
  }

  /** @returns the envelope of a transaction that was submitted here */
  envelopeOf(transactionId: string, endorsers = ENDORSERS): Uint8Array {
    const { endorsement, nonce } = this.ledger.submitted(transactionId);
    const { creator, function: name, args, timestamp } = endorsement.proposal;
    const frame = frameOf(this.#definition, this.#definedAt);
    const { mspId, certificate } = creator;
    return callEnvelope({
      creator: new TestMember(mspId, certificate, this.channel.keyOf(certificate)),
      ...{ nonce, at: timestamp, chaincode: CHAINCODE },
      arguments: [name, ...args].map((text) => Buffer.from(text)),
      action: Buffer.from(actionOf(endorsement, CHAINCODE, frame), 'base64'),
      endorsers: endorsers
        .filter((each) => endorsement.endorsedBy.includes(each))
        .map(this.channel.peer),
    });
  }

  #changed(change: SettingsChange): common.ConfigGroup {
    const next = copyOf(this.#root);
    change(next);
    return next;
  }

  #settings(next: common.ConfigGroup, signers: readonly TestMember[]): Draft {
    const { read, write } = computedUpdate(this.#root, next);
    const update = signedUpdate({ channel: CHANNEL, read, write }, signers);
    const settings = configEnvelope(next, this.#sequence + 1, update);
    const orderer = this.channel.orderer(MSP_IDS.bank);
    return allValid([settingsEnvelope(settings, now(), orderer)], true);
  }

  #draftOf({ transactions }: Block): Draft {
    if (transactions.length === 0) {
      const next = defined(this.#next, 'content of the block');
      this.#next = undefined;
      return next;
    }
    return {
      envelopes: transactions.map(({ txId }) => this.envelopeOf(txId)),
      codes: transactions.map(codeOf),
      hasSettings: false,
    };
  }

  /** The ledger in memory counts the block; what stands in it, it does not know. */
  async #insert(draft: Draft): Promise<void> {
    this.#next = draft;
    await this.ledger.submit([]);
  }

  #approvals(): Draft {
    const envelopes = ENDORSERS.map((mspId) =>
      lifecycleEnvelope({
        ...{ admin: this.channel.admin(mspId), endorsers: [this.channel.peer(mspId)] },
        name: 'ApproveChaincodeDefinitionForMyOrg',
        action: approvalAction(mspId, this.#definition, this.#definedAt),
      }),
    );
    return allValid(envelopes);
  }

  #committed(): Draft {
    const envelope = lifecycleEnvelope({
      admin: this.channel.admin(MSP_IDS.bank),
      endorsers: ENDORSERS.map(this.channel.peer),
      name: 'CommitChaincodeDefinition',
      action: definitionAction(this.#definition, this.#definedAt),
    });
    return allValid([envelope]);
  }
}
