// SPDX-License-Identifier: Apache-2.0
// Each file that a node's configuration names, in each state that it may be found in: the program says which file and what to do.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, cpSync, lstatSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from '@fabric-offline-pay/node-common';
import {
  checkSettingFiles,
  newSecret,
  type SettingFile,
} from '@fabric-offline-pay/node-common/node';
import { readConfig as bankConfig } from '../../network/nodes/bank/src/config.js';
import { bankProgram } from '../../network/nodes/bank/src/program.js';
import { backingKey } from '../../network/nodes/bank/src/reconciliation/backing.js';
import { installationKey } from '../../network/nodes/bank/src/secrets/installation-key.js';
import { bankSettingFiles } from '../../network/nodes/bank/src/setting-files.js';
import { DAMAGES } from '../../network/nodes/common/src/testing/damages.js';
import { TestHouse } from '../../network/nodes/common/src/testing/test-house.js';
import { readConfig as logisticsConfig } from '../../network/nodes/logistics/src/config.js';
import { logisticsProgram } from '../../network/nodes/logistics/src/program.js';
import { logisticsSettingFiles } from '../../network/nodes/logistics/src/setting-files.js';
import { readConfig as merchantConfig } from '../../network/nodes/merchant/src/config.js';
import { merchantProgram } from '../../network/nodes/merchant/src/program.js';
import { merchantSettingFiles } from '../../network/nodes/merchant/src/setting-files.js';
import { sealingKey } from '../../network/nodes/merchant/src/webhooks/sealing-key.js';
import { defined } from '../support/defined.js';

type NodeName = 'bank' | 'merchant' | 'logistics';

/** A certificate and its key in two files. */
function pair(house: TestHouse, name: string): { certificate: string; privateKey: string } {
  const { cert, key } = house.authority.issue({ commonName: name });
  return {
    certificate: house.write(`${name}.cert.pem`, cert),
    privateKey: house.write(`${name}.key.pem`, key),
  };
}

const root = (house: TestHouse, name: string): string =>
  house.write(`${name}.pem`, house.authority.root);

const made = (house: TestHouse, name: string): string => {
  house.write(name, '');
  const file = join(house.folder, name);
  rmSync(file);
  return file;
};

function bankSettings(house: TestHouse) {
  const { certificate: cert, privateKey: key } = pair(house, 'card');
  installationKey(made(house, 'code.key'));
  backingKey(made(house, 'backing.key'));
  return {
    ...{ keyFile: 'code.key', backingKeyFile: 'backing.key', outboxFolder: 'outbox' },
    coreBanking: {
      card: {
        ...{ adapter: 'iso8583', host: 'cards.example', port: 1, institution: '1', terminal: 'T' },
        ...{ acceptor: 'A', tls: { ca: root(house, 'card-ca'), cert, key } },
      },
      mobile: {
        ...{ adapter: 'mobile-money', url: 'https://mobile.example', account: 'bank' },
        apiKeyFile: house.write('mobile.key', 'key'),
      },
    },
    messages: {
      sms: {
        ...{ adapter: 'smpp', host: 'smsc.example', systemId: 'bank', source: 'bank', tls: true },
        ...{ caFile: root(house, 'sms-ca'), passwordFile: house.write('sms.password', 'secret') },
      },
      mail: {
        ...{ adapter: 'smtp', host: 'mail.example', from: 'a@b.example', listId: 'n.b.example' },
        ...{ caFile: root(house, 'mail-ca'), user: 'bank' },
        passwordFile: house.write('mail.password', 'secret'),
      },
    },
    alerts: {
      webhook: {
        url: 'https://pager.example/x',
        secretFile: house.write('pager.secret', newSecret()),
      },
    },
  };
}

/** What each node has, with every file that its configuration can name. */
const NODES: Readonly<
  Record<
    NodeName,
    {
      readonly program: string;
      readonly settings: (house: TestHouse) => Readonly<Record<string, unknown>>;
      readonly files: (configuration: string) => readonly SettingFile[];
      readonly config: (configuration: string) => unknown;
    }
  >
> = {
  bank: {
    program: bankProgram,
    settings: bankSettings,
    files: (file) => bankSettingFiles(bankConfig(file)),
    config: bankConfig,
  },
  merchant: {
    program: merchantProgram,
    settings: (house) => {
      sealingKey(made(house, 'secrets.key'));
      return { keyFile: 'secrets.key', merchants: { 'merchant-02': pair(house, 'merchant-02') } };
    },
    files: (file) => merchantSettingFiles(merchantConfig(file)),
    config: merchantConfig,
  },
  logistics: {
    program: logisticsProgram,
    settings: (house) => ({
      alertUrlFile: house.write('alert-url', 'https://pager.example/x'),
    }),
    files: (file) => logisticsSettingFiles(logisticsConfig(file)),
    config: logisticsConfig,
  },
};

/** What a configuration names beside files that are read at the start. */
const OTHERS = ['database', 'ready.json', 'outbox', 'revocations.pem'];

/** The paths in a configuration. */
function pathsIn(value: unknown, folder: string): readonly string[] {
  if (typeof value === 'string') return value.startsWith(folder) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((own) => pathsIn(own, folder));
}

const refusalOf = (act: () => unknown): NetworkError => {
  try {
    act();
  } catch (error) {
    if (error instanceof NetworkError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
};

describe.each(Object.keys(NODES) as NodeName[])('of the %s', (name) => {
  const { program, settings, files, config } = NODES[name];
  let house: TestHouse;
  let configuration: string;

  beforeEach(() => {
    house = new TestHouse({ name, server: `${name}-node`, mspId: 'M', actor: 'a' });
    configuration = house.configured({ ...settings(house), databaseUrlFile: 'database.url' });
    house.write('database.url', 'postgres://database.example');
    const { ledger, ...rest } = JSON.parse(readFileSync(configuration, 'utf8')) as {
      readonly ledger: object;
    };
    const identities = { 'bank-node': pair(house, 'bank-node') };
    const tlsRoot = root(house, 'peer-root');
    house.write(
      'config.json',
      JSON.stringify({ ...rest, ledger: { ...ledger, identities, tlsRoot } }),
    );
  });
  afterEach(() => house.remove());

  const start = () => {
    const { status, stderr } = spawnSync(process.execPath, [program, configuration], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stderr };
  };

  test('each is looked at, and what is right passes', () => {
    const named = files(configuration);
    checkSettingFiles(named);
    const looked = named.map(({ file }) => file);
    const read = pathsIn(config(configuration), house.folder);
    const rest = [...OTHERS, 'database.url'].map((own) => join(house.folder, own));
    expect(read.filter((path) => !looked.includes(path) && !rest.includes(path))).toEqual([]);
    expect(new Set(named.map(({ setting }) => setting)).size).toBe(named.length);
  });

  test.each(Object.keys(DAMAGES))('a file that is %s is named with its setting', (damage) => {
    const { does, said } = defined(DAMAGES[damage], damage);
    for (const { setting = '', file, content, isMade = false } of files(configuration)) {
      if (isMade && damage === 'missing') continue;
      if (content === 'text' && damage === 'damaged') continue;
      const all = files(configuration);
      cpSync(file, `${file}.kept`);
      does(file);
      const error = refusalOf(() => checkSettingFiles(all));
      expect(error.code).toBe('SETTING_FILE_UNUSABLE');
      expect(error.message).toContain(`${setting}: ${file} ${said}. It must hold`);
      expect(error.message).not.toContain('{ no }');
      rmSync(file, { recursive: true, force: true });
      cpSync(`${file}.kept`, file);
    }
  });

  test('a key of another certificate is named', () => {
    const keys = files(configuration).filter(({ certificate }) => certificate !== undefined);
    expect(keys.length).toBeGreaterThan(1);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const { setting = '', file } of keys) {
      const kept = readFileSync(file, 'utf8');
      house.write(file.slice(house.folder.length + 1), pemOf(privateKey));
      const { message } = refusalOf(() => checkSettingFiles(files(configuration)));
      expect(message).toContain(`${setting}: ${file} does not belong to the certificate`);
      house.write(file.slice(house.folder.length + 1), kept);
    }
  });

  test('the program names a damaged file, and ends as for wrong settings', () => {
    const file = join(house.folder, 'key.pem');
    defined(DAMAGES['damaged'], 'damaged').does(file);
    const { status, stderr } = start();
    expect(stderr).toBe(
      `SETTING_FILE_UNUSABLE: tls.key: ${file} is damaged, or another file. It must hold a private key, PEM. ` +
        'Put the right file there, or correct the setting, and start the node again.\n',
    );
    expect(status).toBe(2);
  });

  test.each([
    ...Object.keys(DAMAGES).filter((damage) => damage !== 'blank' && damage !== 'too large'),
    'with a setting that does not exist',
  ])('the program names a configuration that is %s, and ends as for wrong settings', (damage) => {
    if (damage in DAMAGES) defined(DAMAGES[damage], damage).does(configuration);
    else house.write('config.json', '{"pasword":"hunter2"}');
    const { status, stderr } = start();
    expect(stderr).toMatch(/^(SETTINGS_INVALID|SETTING_FILE_UNUSABLE): /);
    expect(stderr).toContain(configuration);
    expect(stderr).toContain('start the node again.');
    for (const quoted of ['hunter2', '{ no }', 'position']) expect(stderr).not.toContain(quoted);
    expect(status).toBe(2);
  });
});

const pemOf = (key: ReturnType<typeof generateKeyPairSync>['privateKey']): string =>
  key.export({ format: 'pem', type: 'pkcs8' }).toString();

describe('a key that the node made', () => {
  let house: TestHouse;
  beforeEach(() => {
    house = new TestHouse({ name: 'bank', server: 'bank', mspId: 'M', actor: 'a' });
  });
  afterEach(() => house.remove());

  test.each([
    ['backingKeyFile', backingKey],
    ['keyFile', installationKey],
    ['keyFile', sealingKey],
  ] as const)(
    '%s is made once; a damaged one is never replaced, since nothing would fit it',
    (setting, open) => {
      const file = join(house.folder, 'own.key');
      open(file);
      const first = readFileSync(file, 'utf8');
      open(file);
      expect(readFileSync(file, 'utf8')).toBe(first);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      for (const [damage, { does, said }] of Object.entries(DAMAGES)) {
        if (damage === 'missing') continue;
        does(file);
        const error = refusalOf(() => open(file));
        expect(error).toMatchObject({ code: 'SETTING_FILE_UNUSABLE', details: { file, setting } });
        expect(error.message).toContain(`${file} ${said}`);
        expect(error.advice).toContain('backup');
        expect(lstatSync(file, { throwIfNoEntry: false })).toBeDefined();
      }
    },
  );

  test('a key of another kind is no key that signs statements', () => {
    const file = join(house.folder, 'own.key');
    house.write('own.key', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey));
    expect(refusalOf(() => backingKey(file)).message).toContain('It must hold an Ed25519 key');
  });

  test('a file with a part of a certificate is damaged', () => {
    const file = join(house.folder, house.write('root.pem', house.authority.root));
    const own = { setting: 'tls.cert', file, content: 'certificates' } as const;
    checkSettingFiles([own]);
    appendFileSync(file, house.authority.root.replace(/[A-Za-z0-9+/]{40}/, 'A'));
    expect(refusalOf(() => checkSettingFiles([own])).message).toContain('is damaged');
  });
});
