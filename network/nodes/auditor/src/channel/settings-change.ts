// SPDX-License-Identifier: Apache-2.0
// Whether a transaction changes the channel's settings as its own rules allow, and to what the signed change leads.
import { ChannelError } from './channel-error.js';
import { ChannelRules } from './channel-rules.js';
import type { Organisation } from './channel-settings.js';
import type { Policy } from './policies.js';
import type { Problem } from './problem.js';
import {
  changedSettings,
  differences,
  hasSameContent,
  type Difference,
} from './settings-result.js';
import {
  isName,
  settingsElements,
  type SettingsElement,
  type SettingsElements,
  type SettingsGroup,
  type SettingsNode,
} from './settings-tree.js';
import { settingsUpdate, type SettingsUpdate } from './settings-update.js';
import { PARTS, settingText } from './settings-wording.js';
import type { Signers } from './signers.js';

/** What became different. */
export interface SettingChange {
  /** Its kind and place: `value /Channel/Orderer/BatchSize`. */
  readonly path: string;
  /** For people. */
  readonly what: string;
}

export interface CheckedSettings {
  readonly problems: readonly Problem[];
  /** The rules from the next block on, whether they came about rightly or not; undefined: nothing can be judged by them. */
  readonly next: ChannelRules | undefined;
  readonly changes: readonly SettingChange[];
}

const content = (subject: string, expected: string, found: string): Problem => ({
  rule: 'config.content',
  subject,
  expected,
  found,
});

const versionText = (node: SettingsNode | undefined): string =>
  node === undefined ? 'none' : `version ${node.version}`;

/** Mirrors `verifyReadSet`: the proposer knew the settings as they stood. */
const checkRead = (old: SettingsElements, read: SettingsElements): Problem[] =>
  [...read].flatMap(([subject, { node }]) => {
    const existing = old.get(subject)?.node;
    return existing?.version === node.version
      ? []
      : content(subject, `read at ${versionText(existing)}`, `read at ${versionText(node)}`);
  });

/** Mirrors `computeDeltaSet`. */
const deltaOf = ({ read, written }: SettingsUpdate): SettingsElements =>
  new Map(
    [...written].filter(([subject, { node }]) => read.get(subject)?.node.version !== node.version),
  );

/** Mirrors `validateModPolicy`. */
const isPolicyName = (name: string): boolean => name.replace(/^\//, '').split('/').every(isName);

/** Mirrors `policyForItem`: a name without a slash in front is sought in the group itself, or in the one that holds the element. */
function policyFor({ path, key, node }: SettingsElement, rules: ChannelRules): Policy | undefined {
  const { modPolicy } = node;
  if (modPolicy.startsWith('/') || path.length === 0)
    return rules.policiesOf([])?.policy(modPolicy);
  const groups = node.kind === 'group' ? [...path.slice(1), key] : path.slice(1);
  return rules.policiesOf(groups)?.policy(modPolicy);
}

function checkQuorum(
  subject: string,
  existing: SettingsElement,
  rules: ChannelRules,
  signers: Signers,
): Problem[] {
  const policy = policyFor(existing, rules);
  if (policy?.isSatisfied(signers.identities) === true) return [];
  const { modPolicy } = existing.node;
  const expected = policy?.text ?? `${modPolicy}, which the settings do not have`;
  return [{ rule: 'config.quorum', subject, expected, found: signers.text }];
}

/** Mirrors `verifyDeltaSet` for one element. */
function checkElement(
  subject: string,
  { node }: SettingsElement,
  rules: ChannelRules,
  signers: Signers,
): Problem[] {
  const named = isPolicyName(node.modPolicy)
    ? []
    : [content(subject, 'the name of a policy by which it may be changed', 'none')];
  const existing = rules.settings.elements.get(subject);
  const expected = existing === undefined ? 0 : existing.node.version + 1;
  const counted =
    node.version === expected ? [] : [content(subject, `version ${expected}`, versionText(node))];
  const allowed = existing === undefined ? [] : checkQuorum(subject, existing, rules, signers);
  return [...named, ...counted, ...allowed];
}

/** Mirrors `authorizeUpdate`. What is new needs no signatures of its own: its group changes with it. */
async function checkUpdate(rules: ChannelRules, update: SettingsUpdate): Promise<Problem[]> {
  const delta = deltaOf(update);
  const signers = await rules.signers(update.signatures);
  const isOther = update.channel !== rules.channel;
  return [
    ...(isOther ? [content('channel', rules.channel, update.channel)] : []),
    ...checkRead(rules.settings.elements, update.read),
    ...(delta.size === 0 ? [content('change', 'something that is changed', 'nothing')] : []),
    ...[...delta].flatMap(([subject, each]) => checkElement(subject, each, rules, signers)),
  ];
}

const nameOf = (subject: string): string => subject.split('/').at(-1) ?? '';

function nodeText(subject: string, node: SettingsNode | undefined): string {
  if (node === undefined) return 'none';
  const text = settingText(nameOf(subject), node);
  return `${text} (version ${node.version}, changed by ${node.modPolicy})`;
}

/** Mirrors the comparison in `Validate`. */
function checkResult(
  rules: ChannelRules,
  update: SettingsUpdate,
  found: SettingsElements,
): Problem[] {
  try {
    const expected = changedSettings(rules.settings.elements, deltaOf(update));
    return differences(expected, found).map((each) =>
      content(
        each.subject,
        nodeText(each.subject, each.expected),
        nodeText(each.subject, each.found),
      ),
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [content('change', 'a change that is whole', error.message)];
  }
}

/** Mirrors `ValidateNew` of common/channelconfig/bundle.go: an organisation keeps its name, and no section goes. */
function checkSuccession(rules: ChannelRules, next: ChannelRules): Problem[] {
  const key = ({ section, name }: Organisation): string => `group /Channel/${section}/${name}`;
  const mspIds = new Map(
    next.settings.organisations.map((each) => [key(each), each.membership.mspId]),
  );
  const renamed = rules.settings.organisations.flatMap((each) => {
    const found = mspIds.get(key(each)) ?? each.membership.mspId;
    return found === each.membership.mspId
      ? []
      : [content(key(each), each.membership.mspId, found)];
  });
  const gone = [...rules.settings.root.groups.keys()].filter(
    (name) => !next.settings.root.groups.has(name),
  );
  return [
    ...renamed,
    ...gone.map((name) => content(`group /Channel/${name}`, 'a section that stays', 'none')),
  ];
}

function checkSequence(rules: ChannelRules, next: ChannelRules): Problem[] {
  const expected = rules.settings.sequence + 1;
  const { sequence } = next.settings;
  return sequence === expected ? [] : [content('sequence', String(expected), String(sequence))];
}

/** Of a long text, the parts that differ. */
function apart(old: string, found: string): string {
  const [before, after] = [old.split(PARTS), found.split(PARTS)];
  const lost = before.filter((part) => !after.includes(part));
  const gained = after.filter((part) => !before.includes(part));
  return [lost, gained].map((parts) => parts.join(PARTS) || 'nothing').join(' → ');
}

function changedText(subject: string, old: SettingsNode, found: SettingsNode): string {
  const [before, after] = [old, found].map((node) => settingText(nameOf(subject), node));
  const texts = [
    ...(before === after ? [] : [apart(before ?? '', after ?? '')]),
    ...(before === after && !hasSameContent(old, found) ? ['other bytes that say the same'] : []),
    ...(old.modPolicy === found.modPolicy
      ? []
      : [`may be changed by ${found.modPolicy}, before by ${old.modPolicy}`]),
  ];
  return texts.length === 0 ? `version ${found.version}, the same content` : texts.join(PARTS);
}

function changeOf({ subject, expected: old, found }: Difference): SettingChange[] {
  const text = (node: SettingsNode): string => settingText(nameOf(subject), node);
  if (found === undefined) return old ? [{ path: subject, what: `removed: ${text(old)}` }] : [];
  if (old === undefined) return [{ path: subject, what: `added: ${text(found)}` }];
  return [{ path: subject, what: `changed: ${changedText(subject, old, found)}` }];
}

/** What is different between two states of a channel's settings, by path. */
export const settingChanges = (old: SettingsGroup, next: SettingsGroup): SettingChange[] =>
  differences(old, settingsElements(next)).flatMap(changeOf);

/** @returns the error's text in place of what nobody can read */
function attempt<T>(work: () => T): T | ChannelError {
  try {
    return work();
  } catch (error) {
    if (error instanceof ChannelError) return error;
    throw error;
  }
}

/**
 * Checks a settings transaction by the rules before it; mirrors `Validate` of common/configtx/validator.go, and tells all that is
 * wrong with it in place of the first thing. Block 0 is no change: {@link ChannelRules.of} reads it, and its hash is believed.
 * @param envelope Fabric's `ConfigEnvelope`
 */
export async function checkSettings(
  rules: ChannelRules,
  envelope: Uint8Array,
): Promise<CheckedSettings> {
  const next = attempt(() => ChannelRules.of(envelope, rules.channel));
  if (next instanceof ChannelError)
    return {
      problems: [content('settings', 'settings by which the channel can go on', next.message)],
      next: undefined,
      changes: [],
    };
  const update = attempt(() => settingsUpdate(envelope));
  const change =
    update instanceof ChannelError
      ? [content('change', 'a signed change', update.message)]
      : [
          ...(await checkUpdate(rules, update)),
          ...checkResult(rules, update, next.settings.elements),
        ];
  return {
    problems: [...checkSequence(rules, next), ...change, ...checkSuccession(rules, next)],
    next,
    changes: settingChanges(rules.settings.root, next.settings.root),
  };
}
