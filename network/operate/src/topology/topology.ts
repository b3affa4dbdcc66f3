// SPDX-License-Identifier: Apache-2.0
// The parts of a network as data: organisations with their nodes and identities, channel, chaincode, services.
import { z } from 'zod';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'lower-case letters, digits and dashes');
const attribute = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const duration = z.string().regex(/^\d+(ms|s|m)$/);

/** The roles of organisations. The endorsement policy uses these words. */
export const organisationRoleSchema = z.enum(['bank', 'merchant', 'logistics', 'auditor']);
export type OrganisationRole = z.infer<typeof organisationRoleSchema>;

/** A client certificate: its name at the CA, and its attributes `role` and `actor`. */
export const identitySchema = z.strictObject({ name, role: attribute, actor: attribute });
export type IdentityTopology = z.infer<typeof identitySchema>;

/** One participant of the channel, with its nodes. */
export const organisationSchema = z.strictObject({
  id: name,
  /** Name for people, and the O of its certificates. */
  name: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} .&-]*$/u),
  mspId: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,40}$/),
  role: organisationRoleSchema,
  /** The participant's id on the ledger, and the default `actor` of its identities. */
  actor: attribute,
  /** The address of all its programs. */
  host: z.string().default('127.0.0.1'),
  peers: z.array(name).min(1),
  orderers: z.array(name),
  /**
   * It follows the channel and takes no part in it: its peers run no chaincode, so that they endorse nothing, and no certificate of it may
   * write. No policy may name it.
   */
  readsOnly: z.boolean().default(false),
  identities: z.array(identitySchema),
});
export type OrganisationTopology = z.infer<typeof organisationSchema>;

/** Who must endorse: all of `all`, one of `any`, a peer of any organisation with a role, or a peer of one organisation. */
export type PolicyRule =
  | { readonly all: readonly PolicyRule[] }
  | { readonly any: readonly PolicyRule[] }
  | { readonly role: OrganisationRole }
  | { readonly organisation: string };

export const policyRuleSchema: z.ZodType<PolicyRule> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(policyRuleSchema).min(1) }),
    z.strictObject({ any: z.array(policyRuleSchema).min(1) }),
    z.strictObject({ role: organisationRoleSchema }),
    z.strictObject({ organisation: name }),
  ]),
);

/** A private data collection. */
export const collectionSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/),
  members: z.array(organisationRoleSchema).min(1),
  endorsement: policyRuleSchema,
  /** How many other peers must have the data before a peer endorses. */
  requiredPeerCount: z.int().min(0),
  /** To how many other peers the endorsing peer sends the data. */
  maxPeerCount: z.int().min(0),
  /** Number of blocks after which the data is purged. 0 keeps it until the chaincode purges it. */
  blockToLive: z.int().min(0),
});
export type CollectionTopology = z.infer<typeof collectionSchema>;

export const chaincodeSchema = z.strictObject({
  name,
  endorsement: policyRuleSchema,
  collections: z.array(collectionSchema),
});
export type ChaincodeTopology = z.infer<typeof chaincodeSchema>;

export const channelSchema = z.strictObject({
  name,
  /** How long an orderer waits for more transactions before it cuts a block. */
  batchTimeout: duration,
  maxMessageCount: z.int().min(1),
  preferredMaxBytes: z.string(),
  absoluteMaxBytes: z.string(),
});
export type ChannelTopology = z.infer<typeof channelSchema>;

/** A further supervised process, such as the bank's authentication. */
export const serviceSchema = z.strictObject({
  name,
  organisation: name,
  command: z.string().min(1),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  /** The service is ready when this file exists. The service makes it; an old one is removed before each start. */
  readyFile: z.string().optional(),
  /** Or it is ready when it listens on this port of its organisation's host. */
  readyPort: z.int().optional(),
});
export type ServiceTopology = z.infer<typeof serviceSchema>;

export const topologySchema = z
  .strictObject({
    organisations: z.array(organisationSchema).min(1),
    channel: channelSchema,
    chaincode: chaincodeSchema,
    services: z.array(serviceSchema),
  })
  .superRefine((topology, context) => {
    for (const [what, values] of uniqueValues(topology)) {
      if (new Set(values).size !== values.length) {
        context.addIssue({
          code: 'custom',
          message: `${what} must be unique: ${values.join(', ')}`,
        });
      }
    }
    for (const message of problemsOf(topology)) context.addIssue({ code: 'custom', message });
  });

/** A whole network; validate unknown data with {@link topologySchema}. */
export type Topology = z.infer<typeof topologySchema>;

interface NamedParts {
  readonly organisations: readonly OrganisationTopology[];
  readonly services: readonly ServiceTopology[];
}

/** An orderer writes blocks, and a member of a collection holds its data: both are more than reading. */
function problemsOf({
  organisations,
  chaincode,
}: Pick<NamedParts, 'organisations'> & { readonly chaincode: ChaincodeTopology }): string[] {
  const readers = organisations.filter(({ readsOnly }) => readsOnly);
  const ordering = organisations.filter(({ orderers }) => orderers.length > 0);
  const named = [
    ...organisationsIn(chaincode.endorsement, organisations),
    ...chaincode.collections.flatMap(({ endorsement, members }) => [
      ...organisationsIn(endorsement, organisations),
      ...members.flatMap((role) => organisationsIn({ role }, organisations)),
    ]),
  ];
  return [
    ...(ordering.length === 0 ? ['at least one organisation must run an orderer'] : []),
    ...readers
      .filter(({ id }) => [...ordering, ...named].some((each) => each.id === id))
      .map(({ id }) => `${id} only reads, so it orders nothing, and no policy may name it`),
  ];
}

/** @returns the organisations that a rule names. */
export function organisationsIn<Named extends Pick<OrganisationTopology, 'id' | 'role'>>(
  rule: PolicyRule,
  organisations: readonly Named[],
): Named[] {
  if ('all' in rule) return rule.all.flatMap((part) => organisationsIn(part, organisations));
  if ('any' in rule) return rule.any.flatMap((part) => organisationsIn(part, organisations));
  return organisations.filter((each) =>
    'role' in rule ? each.role === rule.role : each.id === rule.organisation,
  );
}

function uniqueValues({ organisations, services }: NamedParts): [string, string[]][] {
  const nodes = organisations.flatMap(({ peers, orderers, id }) => [
    ...peers,
    ...orderers,
    `${id}-ca`,
    `${id}-chaincode`,
  ]);
  return [
    ['organisation ids', organisations.map(({ id }) => id)],
    ['MSP ids', organisations.map(({ mspId }) => mspId)],
    ['node and service names', [...nodes, ...services.map((service) => service.name)]],
    ...organisations.map(({ id, identities }): [string, string[]] => [
      `identities of ${id}`,
      identities.map((identity) => identity.name),
    ]),
  ];
}
