// SPDX-License-Identifier: Apache-2.0
// Each file that a node's configuration names, in each state that it may be found in: the program says which file and what to do.
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from '@fabric-offline-pay/node-common';
import {
  checkSettingFiles,
  newSecret,
  readSecret,
  type SettingFile,
} from '@fabric-offline-pay/node-common/node';
import { readConfig as bankConfig } from '../../network/nodes/bank/src/config.js';
import { bankProgram } from '../../network/nodes/bank/src/program.js';
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

/** An auditor to whom the node reports. */
const auditorOf = (house: TestHouse) => ({
  ...{ url: 'https://auditor.example', root: root(house, 'auditor-ca') },
  ...pair(house, 'reporter'),
});

const made = (house: TestHouse, name: string): string => {
  house.write(name, '');
  const file = join(house.folder, name);
  rmSync(file);
  return file;
};

function bankSettings(house: TestHouse) {
  const { certificate: cert, privateKey: key } = pair(house, 'card');
  installationKey(made(house, 'code.key'));
  return {
    ...{ keyFile: 'code.key', outboxFolder: 'outbox', auditors: [auditorOf(house)] },
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
      return {
        ...{ keyFile: 'secrets.key', merchants: { 'merchant-02': pair(house, 'merchant-02') } },
        auditor: auditorOf(house),
      };
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

/** The secrets that somebody else gave the node. */
const SECRETS: Readonly<Record<NodeName, readonly string[]>> = {
  bank: [
    'coreBanking.mobile.apiKeyFile',
    'messages.sms.passwordFile',
    'messages.mail.passwordFile',
    'alerts.webhook.secretFile',
  ],
  merchant: [],
  logistics: ['alertUrlFile'],
};

const SECOND_LINE = ['', '\nx'] as const;

/** What stands before and after a content that passed the check once and was used otherwise. */
const NOT_USED_AS_CHECKED: Readonly<
  Partial<Record<SettingFile['content'], readonly (readonly [string, string])[]>>
> = {
  line: [SECOND_LINE, ['', '\n\n']],
  webhookSecret: [SECOND_LINE, ['  ', ''], ['', '\n\n']],
  alertUrl: [SECOND_LINE, ['ftp', ''], ['', '\nhttps://pager.example/y']],
};

interface Place {
  readonly does?: (house: TestHouse) => void;
  readonly settings?: Readonly<Record<string, string>>;
  readonly environment?: NodeJS.ProcessEnv;
  readonly said: string;
}

/** Places of tables that cannot be used. */
const PLACES: Readonly<Record<string, Place>> = {
  'a file': {
    does: (house) => house.write('database', ''),
    said: 'SETTING_FILE_UNUSABLE: databaseFolder: ',
  },
  'under a file': {
    settings: { databaseFolder: 'config.json/x/database' },
    said: 'SETTING_FILE_UNUSABLE: databaseFolder: ',
  },
  'a folder with other files': {
    does: (house) => {
      mkdirSync(join(house.folder, 'database'));
      house.write('database/notes.txt', '');
    },
    said: 'SETTING_FILE_UNUSABLE: databaseFolder: ',
  },
  'no address': {
    environment: { DATABASE_URL: 'db.example?password=hunter2' },
    said: 'SETTINGS_INVALID: DATABASE_URL holds no address of a database.',
  },
  'an address in a file, of another kind': {
    does: (house) => house.write('database.url', 'mysql://node:hunter2@db.example/node'),
    settings: { databaseUrlFile: 'database.url' },
    said: 'SETTINGS_INVALID: databaseUrlFile holds no address of a database.',
  },
};

/** A folder with every file that the node's configuration can name. */
function complete(name: NodeName): { readonly house: TestHouse; readonly configuration: string } {
  const house = new TestHouse({ name, server: `${name}-node`, mspId: 'M', actor: 'a' });
  const databaseUrlFile = house.write('database.url', 'postgres://database.example');
  const configuration = house.configured({ ...NODES[name].settings(house), databaseUrlFile });
  const { ledger, ...rest } = JSON.parse(readFileSync(configuration, 'utf8')) as {
    readonly ledger: object;
  };
  const identities = { 'bank-node': pair(house, 'bank-node') };
  const tlsRoot = root(house, 'peer-root');
  const settings = { ...rest, ledger: { ...ledger, identities, tlsRoot } };
  house.write('config.json', JSON.stringify(settings));
  return { house, configuration };
}

/** Runs the node's program, which ends by itself. */
function startOf(name: NodeName, configuration: string, environment: NodeJS.ProcessEnv = {}) {
  const { status, stderr } = spawnSync(process.execPath, [NODES[name].program, configuration], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...environment },
  });
  return { status, stderr };
}

describe.each(Object.keys(NODES) as NodeName[])('of the %s', (name) => {
  const { files, config } = NODES[name];
  let house: TestHouse;
  let configuration: string;

  beforeEach(() => {
    ({ house, configuration } = complete(name));
  });
  afterEach(() => house.remove());

  const start = () => startOf(name, configuration);

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
      if (content === 'line' && damage === 'damaged') continue;
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

  test('a pipe gives its content once, and is not waited for', () => {
    for (const { setting = '', file } of files(configuration)) {
      const all = files(configuration);
      cpSync(file, `${file}.kept`);
      rmSync(file);
      execFileSync('mkfifo', ['-m', '600', file]);
      const error = refusalOf(() => checkSettingFiles(all));
      expect(error.code).toBe('SETTING_FILE_UNUSABLE');
      expect(error.message).toContain(`${setting}: ${file} is a pipe`);
      rmSync(file);
      cpSync(`${file}.kept`, file);
    }
  });

  test('what others may read is no secret', () => {
    const secrets = files(configuration).filter(({ isSecret = false }) => isSecret);
    expect(secrets.map(({ setting }) => setting)).toEqual(SECRETS[name]);
    for (const { file } of secrets) {
      chmodSync(file, 0o640);
      const { code, message } = refusalOf(() => checkSettingFiles(files(configuration)));
      expect([code, message]).toEqual(['HOME_UNUSABLE', `Others may read the secret in ${file}.`]);
      chmodSync(file, 0o600);
    }
  });

  test('a secret is one line, and no space around it is left out', () => {
    for (const { file, content, setting = '' } of files(configuration)) {
      const wrong = NOT_USED_AS_CHECKED[content];
      if (wrong === undefined) continue;
      const kept = readFileSync(file, 'utf8');
      for (const [start, end] of wrong) {
        writeFileSync(file, `${start}${kept}${end}`);
        const { message } = refusalOf(() => checkSettingFiles(files(configuration)));
        expect(message).toContain(`${setting}: ${file} is damaged, or another file`);
      }
      for (const end of ['\n', '\r\n', '']) {
        writeFileSync(file, `${kept}${end}`);
        checkSettingFiles(files(configuration));
        expect(readSecret(file)).toBe(kept);
      }
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

  test('the program names a setting that does not exist, and ends as for wrong settings', () => {
    house.write('config.json', '{"pasword":"hunter2"}');
    expectNamed(start(), configuration);
  });
});

/** That the program has named its configuration, without quoting it, and ended as for wrong settings. */
function expectNamed({ status, stderr }: ReturnType<typeof startOf>, configuration: string): void {
  expect(stderr).toMatch(/^(SETTINGS_INVALID|SETTING_FILE_UNUSABLE): /);
  expect(stderr).toContain(configuration);
  expect(stderr).toContain('start the node again.');
  for (const quoted of ['hunter2', '{ no }', 'position']) expect(stderr).not.toContain(quoted);
  expect(status).toBe(2);
}

// All nodes read it by the same function.
test.each(Object.keys(DAMAGES).filter((damage) => damage !== 'blank' && damage !== 'too large'))(
  'a program names a configuration that is %s, and ends as for wrong settings',
  (damage) => {
    const { house, configuration } = complete('logistics');
    defined(DAMAGES[damage], damage).does(configuration);
    expectNamed(startOf('logistics', configuration), configuration);
    house.remove();
  },
);

const pemOf = (key: ReturnType<typeof generateKeyPairSync>['privateKey']): string =>
  key.export({ format: 'pem', type: 'pkcs8' }).toString();

describe('a key that the node made', () => {
  let house: TestHouse;
  beforeEach(() => {
    house = new TestHouse({ name: 'bank', server: 'bank', mspId: 'M', actor: 'a' });
  });
  afterEach(() => house.remove());

  test.each([
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

  test.each(['config.json/x/own.key', 'config.json/own.key'])(
    '%s cannot be made, and no backup helps',
    (name) => {
      house.write('config.json', '{}');
      const file = join(house.folder, name);
      for (const open of [installationKey, sealingKey]) {
        const error = refusalOf(() => open(file));
        expect(error.code).toBe('SETTING_FILE_UNUSABLE');
        expect(error.message).toMatch(/[kK]eyFile: .*own\.key cannot be there: a part of its path/);
        expect(error.advice ?? '').not.toContain('backup');
      }
    },
  );

  test('a file with a part of a certificate is damaged', () => {
    const file = join(house.folder, house.write('root.pem', house.authority.root));
    const own = { setting: 'tls.cert', file, content: 'certificates' } as const;
    checkSettingFiles([own]);
    appendFileSync(file, house.authority.root.replace(/[A-Za-z0-9+/]{40}/, 'A'));
    expect(refusalOf(() => checkSettingFiles([own])).message).toContain('is damaged');
  });
});

describe('a variable of the environment', () => {
  let house: TestHouse;
  let file: string;
  beforeEach(() => {
    house = new TestHouse({ name: 'bank', server: 'bank', mspId: 'M', actor: 'a' });
    file = house.configured({ ...NODES.bank.settings(house) });
  });
  afterEach(() => house.remove());

  test.each(['OFFPAY_BANK_PORT', 'OFFPAY_BANK_CODE_SECONDS'])(
    '%s that holds no number it can be is named',
    (setting) => {
      for (const text of ['', ' ', 'x', '0x3c', '6e1', '060', '99999', '-1', '1.5']) {
        const error = refusalOf(() => bankConfig(file, { [setting]: text }));
        expect(error).toMatchObject({ code: 'SETTINGS_INVALID', details: { setting } });
        expect(error.message).toMatch(new RegExp(`^${setting} is wrong: `));
      }
    },
  );

  test('both override the file', () => {
    const config = bankConfig(file, { OFFPAY_BANK_PORT: '7050', OFFPAY_BANK_CODE_SECONDS: '60' });
    expect([config.port, config.limits.codeSeconds]).toEqual([7050, 60]);
  });
});

// One node's will do: where the tables are is read by the same code in all.
test.each(Object.keys(PLACES))('a place of tables that is %s is named', (place) => {
  const { does, settings = {}, environment = {}, said } = defined(PLACES[place], place);
  const { house, configuration } = complete('logistics');
  does?.(house);
  const written = JSON.parse(readFileSync(configuration, 'utf8')) as object;
  // Without the file that names a server, but where the place names it.
  house.write(
    'config.json',
    JSON.stringify({ ...written, databaseUrlFile: undefined, ...settings }),
  );
  const { status, stderr } = startOf('logistics', configuration, environment);
  house.remove();
  expect(stderr).toContain(said);
  for (const hidden of ['hunter2', 'PGlite', '    at ']) expect(stderr).not.toContain(hidden);
  expect(status).toBe(2);
});
