// SPDX-License-Identifier: Apache-2.0
// Calls an organisation's CA server through Fabric CA's own client.
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  makeFolder,
  runProgram,
  SECRET_FILE,
  writeFileAtomic,
} from '@fabric-offline-pay/node-common';
import { type FabricPrograms, programPath, SHORT_LIVED } from '../programs/program-paths.js';
import {
  type Authority,
  type CertificateFiles,
  authorityRoot,
  certificateFiles,
} from '../topology/organisation-files.js';
import type { OrganisationPlan } from '../topology/network-plan.js';

/** A certificate to request. */
export interface Enrolment {
  readonly authority: Authority;
  readonly name: string;
  readonly secret: string;
  /** Folder for certificate, key and root. It appears complete or not at all. */
  readonly folder: string;
  /** Requests a TLS certificate for these host names and addresses. */
  readonly hosts?: readonly string[];
}

/** Calls of one organisation's CA server. */
export class CaClient {
  readonly #programs: FabricPrograms;
  readonly #plan: OrganisationPlan;

  constructor(programs: FabricPrograms, plan: OrganisationPlan) {
    this.#programs = programs;
    this.#plan = plan;
  }

  /**
   * Requests a certificate for a new key.
   * @throws NetworkError `PROGRAM_FAILED`
   */
  async enrol(enrolment: Enrolment): Promise<CertificateFiles> {
    makeFolder(dirname(enrolment.folder));
    const temporary = mkdtempSync(`${enrolment.folder}.new-`);
    try {
      await this.#enrolInto(temporary, enrolment);
      this.#arrange(temporary, enrolment);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
    return certificateFiles(enrolment.folder);
  }

  /** Enrols into a folder that Fabric CA's client uses itself (`<folder>/msp`), unless this was done before. */
  async enrolMsp(enrolment: Enrolment): Promise<void> {
    if (existsSync(enrolment.folder)) {
      return;
    }
    makeFolder(dirname(enrolment.folder));
    const temporary = mkdtempSync(`${enrolment.folder}.new-`);
    await this.#enrolInto(temporary, enrolment);
    renameSync(temporary, enrolment.folder);
  }

  async #enrolInto(folder: string, { authority, name, secret, hosts }: Enrolment): Promise<void> {
    const tls =
      hosts === undefined ? [] : ['--enrollment.profile', 'tls', '--csr.hosts', hosts.join(',')];
    const subject = ['--csr.cn', name, '--csr.names', `O=${this.#plan.topology.name}`];
    const args = ['-H', folder, '-M', join(folder, 'msp'), ...subject, ...tls];
    const url = `https://${name}:${secret}@${this.#address}`;
    await this.call('enroll', authority, args, { FABRIC_CA_CLIENT_URL: url });
  }

  /** Runs `fabric-ca-client`. Secrets must go into `env`. */
  async call(
    command: string,
    authority: Authority,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { stdout } = await runProgram({
      program: programPath(this.#programs, 'fabric-ca-client'),
      args: [...command.split(' '), ...args, '--caname', authority, '--loglevel', 'warning'],
      env: {
        ...SHORT_LIVED,
        FABRIC_CA_CLIENT_URL: `https://${this.#address}`,
        FABRIC_CA_CLIENT_TLS_CERTFILES: authorityRoot(this.#plan.folder, 'ca'),
        ...env,
      },
    });
    return stdout;
  }

  get #address(): string {
    return `${this.#plan.ca.host}:${this.#plan.ca.port}`;
  }

  #arrange(temporary: string, { authority, folder }: Enrolment): void {
    const msp = join(temporary, 'msp');
    const ready = certificateFiles(join(temporary, 'ready'));
    writeFileAtomic(ready.cert, onlyFileIn(join(msp, 'signcerts')));
    writeFileAtomic(ready.key, onlyFileIn(join(msp, 'keystore')), SECRET_FILE);
    writeFileAtomic(ready.root, readFileSync(authorityRoot(this.#plan.folder, authority)));
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(temporary, 'ready'), folder);
  }
}

function onlyFileIn(folder: string): Buffer {
  const [name] = readdirSync(folder).filter((candidate) => !candidate.startsWith('Issuer'));
  return readFileSync(join(folder, name ?? ''));
}
