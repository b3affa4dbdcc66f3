// SPDX-License-Identifier: Apache-2.0
// Which chaincodes are defined, and whose endorsement each of their transactions needs: the public rows of `_lifecycle`.
import { peer } from '@hyperledger/fabric-protos';
import { ChannelError, readable } from './channel-error.js';

/** A collection of private rows. */
export interface CollectionDefinition {
  readonly name: string;
  /** Fabric's `SignaturePolicyEnvelope`: who keeps the rows. Undefined: the definition does not say. */
  readonly memberPolicy: Uint8Array | undefined;
  /** Fabric's `ApplicationPolicy`; undefined: the chaincode's. */
  readonly endorsementPolicy: Uint8Array | undefined;
  /** Blocks; 0: for ever. */
  readonly blockToLive: number;
  readonly memberOnlyRead: boolean;
  readonly memberOnlyWrite: boolean;
}

export interface ChaincodeDefinition {
  readonly name: string;
  /** Counts the definitions. */
  readonly sequence: number;
  readonly version: string;
  /** `vscc` is the one that Fabric brings. */
  readonly validationPlugin: string;
  /** Fabric's `ApplicationPolicy`. */
  readonly policy: Uint8Array;
  readonly collections: readonly CollectionDefinition[];
}

/** The namespace in which chaincodes are defined. */
export const LIFECYCLE = '_lifecycle';

/**
 * The public rows of `_lifecycle` that define chaincodes, as they stand: by their keys. Whoever keeps the ledger's rows makes it
 * from them, and brings it forward by {@link withDefinitionRow}.
 */
export type Definitions = ReadonlyMap<string, Uint8Array>;

const METADATA = 'namespaces/metadata/';
const FIELDS = 'namespaces/fields/';
const DEFINITION = 'ChaincodeDefinition';

const isDefinitionKey = (key: string): boolean =>
  key.startsWith(METADATA) || key.startsWith(FIELDS);

/**
 * One row that a valid transaction wrote in `_lifecycle`, in the order of the ledger.
 * @param value null: removed
 * @returns the same definitions where the row is of another kind
 */
export function withDefinitionRow(
  definitions: Definitions,
  key: string,
  value: Uint8Array | null,
): Definitions {
  if (!isDefinitionKey(key)) return definitions;
  const next = new Map(definitions);
  if (value === null) next.delete(key);
  else next.set(key, value);
  return next;
}

const { TypeCase } = peer.lifecycle.StateData;

/** Mirrors `DeserializeField…` of core/chaincode/lifecycle/serializer.go: a field that is not there is empty. */
function field(definitions: Definitions, name: string, of: string, type: number) {
  const bytes = definitions.get(`${FIELDS}${name}/${of}`);
  const data = peer.lifecycle.StateData.deserializeBinary(bytes ?? new Uint8Array());
  const isFitting = [TypeCase.TYPE_NOT_SET, type].includes(data.getTypeCase());
  if (!isFitting) throw new ChannelError('unreadable', `${of} of ${name} is of another kind`);
  return data;
}

function collection(message: peer.StaticCollectionConfig): CollectionDefinition {
  return {
    name: message.getName(),
    memberPolicy: message.getMemberOrgsPolicy()?.getSignaturePolicy()?.serializeBinary(),
    endorsementPolicy: message.getEndorsementPolicy()?.serializeBinary(),
    blockToLive: message.getBlockToLive(),
    memberOnlyRead: message.getMemberOnlyRead(),
    memberOnlyWrite: message.getMemberOnlyWrite(),
  };
}

function definition(definitions: Definitions, name: string): ChaincodeDefinition {
  const message = (of: string): Uint8Array =>
    field(definitions, name, of, TypeCase.BYTES).getBytes_asU8();
  const { lifecycle } = peer;
  const endorsement = lifecycle.ChaincodeEndorsementInfo.deserializeBinary(
    message('EndorsementInfo'),
  );
  const validation = lifecycle.ChaincodeValidationInfo.deserializeBinary(message('ValidationInfo'));
  const collections = peer.CollectionConfigPackage.deserializeBinary(message('Collections'));
  return {
    name,
    sequence: field(definitions, name, 'Sequence', TypeCase.INT64).getInt64(),
    version: endorsement.getVersion(),
    validationPlugin: validation.getValidationPlugin(),
    policy: validation.getValidationParameter_asU8(),
    collections: collections
      .getConfigList()
      .flatMap((each) => each.getStaticCollectionConfig() ?? [])
      .map(collection),
  };
}

/**
 * Mirrors `ChaincodeDefinitionIfDefined` of core/chaincode/lifecycle/lifecycle.go.
 * @returns undefined: nobody has defined it
 * @throws {ChannelError} unreadable
 */
export function definitionOf(
  definitions: Definitions,
  name: string,
): ChaincodeDefinition | undefined {
  // Asked for at each call, and changed a few times in a ledger's life.
  const known = read.get(definitions) ?? new Map<string, ChaincodeDefinition | undefined>();
  read.set(definitions, known);
  if (!known.has(name)) known.set(name, readDefinition(definitions, name));
  return known.get(name);
}

const read = new WeakMap<Definitions, Map<string, ChaincodeDefinition | undefined>>();

function readDefinition(definitions: Definitions, name: string): ChaincodeDefinition | undefined {
  const metadata = definitions.get(`${METADATA}${name}`);
  if (metadata === undefined) return undefined;
  return readable(`The definition of ${name}`, () => {
    const type = peer.lifecycle.StateMetadata.deserializeBinary(metadata).getDatatype();
    if (type !== DEFINITION)
      throw new ChannelError('unreadable', `${name} is defined as no chaincode`);
    return definition(definitions, name);
  });
}

/** @returns the names of all chaincodes that are defined, in their order */
export const definedNames = (definitions: Definitions): string[] =>
  [...definitions.keys()]
    .filter((key) => key.startsWith(METADATA))
    .map((key) => key.slice(METADATA.length))
    .sort();
