// SPDX-License-Identifier: Apache-2.0
// What the channel's members decided: votes and participants, settings, definitions of chaincodes.
import { createHash } from 'node:crypto';
import { peer } from '@hyperledger/fabric-protos';
import type { Call } from '../blocks/raw-block.js';
import { LIFECYCLE } from '../channel/definitions.js';
import type { Value } from '../rows/row-kinds.js';
import type { OwnRow } from './history-table.js';
import { changesOf, type SeenTransaction } from './seen-transaction.js';
import { readable } from './transaction-content.js';

const VOTING: ReadonlySet<string> = new Set([
  'identity:bootstrap',
  'identity:vote',
  'identity:withdrawVote',
]);

/** A licence is carried out in the merchant's row, everything else in the registry. */
const isCarried = (seen: SeenTransaction): boolean =>
  changesOf(seen, 'registry', 'merchant').length > 0;

function outcomeOf(seen: SeenTransaction): string {
  if (seen.name === 'identity:withdrawVote') return 'withdrawn';
  return isCarried(seen) ? 'carried' : 'open';
}

const votersIn = (seen: SeenTransaction): string[] => [
  ...changesOf(seen, 'vote').flatMap(
    ({ after }) => after?.value.votes.map(({ mspId }) => mspId) ?? [],
  ),
  ...changesOf(seen, 'founding').flatMap(({ after }) => after?.value.mspId ?? []),
];

export function voteEntries(seen: SeenTransaction): OwnRow<'votes'>[] {
  const { content } = seen.transaction;
  if (!VOTING.has(seen.name) || content.kind !== 'call' || seen.changed === undefined) return [];
  const [ballot] = changesOf(seen, 'vote');
  const [registry] = changesOf(seen, 'registry');
  return [
    {
      subject: ballot?.key.split('/')[1] ?? '',
      proposal: readable(content.arguments[1] ?? new Uint8Array()),
      voters: JSON.stringify(votersIn(seen)),
      outcome: outcomeOf(seen),
      registry_version: registry?.after?.value.version ?? 0,
    },
  ];
}

type Participant = Value<'registry'>['participants'][number];

const byOrganisation = (
  registry: Value<'registry'> | undefined,
): ReadonlyMap<string, Participant> =>
  new Map(registry?.participants.map((each) => [each.mspId, each]));

const participantRow = (
  { mspId, role, actor, bankId }: Participant,
  status: string,
): OwnRow<'participants'> => ({ msp_id: mspId, role, actor, bank_id: bankId, status });

export const participantEntries = (seen: SeenTransaction): OwnRow<'participants'>[] =>
  changesOf(seen, 'registry').flatMap(({ before, after }) => {
    const [old, now] = [byOrganisation(before?.value), byOrganisation(after?.value)];
    const gone = [...old.values()].filter(({ mspId }) => !now.has(mspId));
    const changed = [...now.values()].filter(
      (each) => JSON.stringify(old.get(each.mspId)) !== JSON.stringify(each),
    );
    return [
      ...gone.map((each) => participantRow(each, 'removed')),
      ...changed.map((each) => participantRow(each, each.status)),
    ];
  });

export const settingEntries = ({ settings = [] }: SeenTransaction): OwnRow<'settings'>[] =>
  settings.map(({ path, what }) => ({ path, what }));

const { lifecycle } = peer;
type Approval = peer.lifecycle.ApproveChaincodeDefinitionForMyOrgArgs;
type Definition = Approval | peer.lifecycle.CommitChaincodeDefinitionArgs;

/** What two organisations must agree on; the package is each organisation's own. */
function digestOf(definition: Definition): string {
  const hash = createHash('sha256');
  const parts = [
    Buffer.from(definition.getEndorsementPlugin()),
    Buffer.from(definition.getValidationPlugin()),
    definition.getValidationParameter_asU8(),
    definition.getCollections()?.serializeBinary() ?? new Uint8Array(),
    Buffer.from(String(definition.getInitRequired())),
  ];
  for (const part of parts) hash.update(`${part.length.toString()}:`).update(part);
  return hash.digest('hex');
}

const packageOf = (approval: Approval): string | null =>
  approval.getSource()?.getLocalPackage()?.getPackageId() ?? null;

const definitionRow = (
  step: string,
  definition: Definition,
  packageId: string | null,
): OwnRow<'definitions'> => ({
  ...{ step, chaincode: definition.getName(), sequence: definition.getSequence() },
  ...{ version: definition.getVersion(), package: packageId },
  definition_digest: digestOf(definition),
});

/** By the function that is called. The argument is the definition. */
const STEPS: Readonly<Record<string, (bytes: Uint8Array) => OwnRow<'definitions'>>> = {
  ApproveChaincodeDefinitionForMyOrg: (bytes) => {
    const approval = lifecycle.ApproveChaincodeDefinitionForMyOrgArgs.deserializeBinary(bytes);
    return definitionRow('approved', approval, packageOf(approval));
  },
  CommitChaincodeDefinition: (bytes) =>
    definitionRow(
      'defined',
      lifecycle.CommitChaincodeDefinitionArgs.deserializeBinary(bytes),
      null,
    ),
};

function stepIn({ chaincode, arguments: [name, argument] }: Call): OwnRow<'definitions'>[] {
  const step = Buffer.from(name ?? []).toString('utf8');
  const read = Object.hasOwn(STEPS, step) ? STEPS[step] : undefined;
  if (chaincode !== LIFECYCLE || read === undefined) return [];
  try {
    return [read(argument ?? new Uint8Array())];
  } catch {
    // No definition: the peers' own chaincode would have refused it. Its rows are judged in any case.
    return [];
  }
}

/** @returns definitions by transactions that the peer noted as valid */
export const definitionEntries = ({ transaction, changed }: SeenTransaction) =>
  transaction.content.kind === 'call' && changed !== undefined ? stepIn(transaction.content) : [];
