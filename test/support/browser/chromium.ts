// SPDX-License-Identifier: Apache-2.0
// The system's Chromium with a page of a server on the loopback interface, whose functions are called from here.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import type { functions } from './page.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** @returns the program; undefined where there is none. */
export const findChromium = (): string | undefined =>
  [
    process.env['CHROMIUM'] ?? '',
    ...NAMES.flatMap((name) =>
      ['/usr/bin', '/usr/local/bin', '/snap/bin'].map((at) => join(at, name)),
    ),
  ].find((path) => path !== '' && existsSync(path));

const BUNDLE = '@fabric-offline-pay/sdk/browser';

const HTML = `<!doctype html><meta charset="utf-8"><title>offpay</title>
<script type="importmap">{"imports":{"${BUNDLE}":"/offline.mjs"}}</script>
<script type="module" src="/page.mjs"></script>`;

async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'page.ts')],
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', external: [BUNDLE] },
  });
  return outputFiles[0]?.text ?? '';
}

const VIOLATION = 'violates the policy: ';

const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) =>
  console.info('${VIOLATION}' + violatedDirective + ' ' + blockedURI));`;

type Files = Readonly<Record<string, readonly [type: string, text: string]>>;

/** Strict, as on the pages of a bank, but for the import map of the page above. */
const POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline'";

function serve(files: Files): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const [type, text] = files[url] ?? ['text/plain', ''];
    const headers = { 'content-type': type, 'content-security-policy': POLICY };
    response.writeHead(files[url] === undefined ? 404 : 200, headers).end(text);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

type Functions = typeof functions;

/** A tab, whose functions answer by JSON. */
export class Tab {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  call<Name extends keyof Functions>(
    name: Name,
    ...inputs: Parameters<Functions[Name]>
  ): Promise<Awaited<ReturnType<Functions[Name]>>> {
    return this.#page.evaluate(`offpay.${name}(...${JSON.stringify(inputs)})`);
  }

  close(): Promise<void> {
    return this.#page.close();
  }
}

/** A browser with a profile, which outlives it. */
export class Chromium {
  readonly #profile = mkdtempSync(join(tmpdir(), 'offpay-chromium-'));
  readonly #server: Server;
  readonly #program: string;
  #context: BrowserContext | undefined;
  /** What pages reported against their policy. */
  readonly violations: string[] = [];

  private constructor(program: string, server: Server) {
    this.#program = program;
    this.#server = server;
  }

  /** @param bundle file of the built SDK */
  static async start(program: string, bundle: string): Promise<Chromium> {
    const server = await serve({
      '/': ['text/html', HTML],
      '/offline.mjs': ['text/javascript', readFileSync(bundle, 'utf8')],
      '/page.mjs': ['text/javascript', await pageScript()],
    });
    return new Chromium(program, server);
  }

  async tab(): Promise<Tab> {
    this.#context ??= await chromium.launchPersistentContext(this.#profile, {
      executablePath: this.#program,
    });
    const page = await this.#context.newPage();
    const { port } = this.#server.address() as AddressInfo;
    await page.addInitScript(REPORT_VIOLATIONS);
    page.on('console', (message) => {
      if (message.text().startsWith(VIOLATION)) this.violations.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction('globalThis.offpay !== undefined');
    return new Tab(page);
  }

  /** Ends the browser; the next tab is of a new one with the same profile. */
  async quit(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
  }

  async close(): Promise<void> {
    await this.quit();
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}
