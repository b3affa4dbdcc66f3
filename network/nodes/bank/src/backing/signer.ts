// SPDX-License-Identifier: Apache-2.0
// Signs statements of backing with the certificate and key of the bank's node.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  signBytes,
  signStatement,
  STATEMENT_FAULTS,
  verifyStatement,
  type BackingStatement,
} from '@fabric-offline-pay/domain';

/** Where certificate, key and authorities are. */
export interface SignerFiles {
  readonly certificate: string;
  readonly privateKey: string;
  /** Of the bank's certificate authorities. */
  readonly authorities: readonly string[];
}

/** A signed statement. */
export interface SignedStatement {
  /** Base64 of the COSE_Sign1. */
  readonly statement: string;
  /** PEM. */
  readonly certificate: string;
}

export type StatementSigner = (statement: BackingStatement) => Promise<SignedStatement>;

const read = (file: string): string => readFileSync(file, 'utf8');

/**
 * The files are read at each statement, so that a renewed certificate is used.
 * @returns a signer. It throws rather than sign what nobody would believe.
 */
export const statementSigner =
  (files: SignerFiles): StatementSigner =>
  async (statement) => {
    const certificate = read(files.certificate);
    const privateKey = createPrivateKey(read(files.privateKey));
    const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    const sign = (bytes: Uint8Array) => signBytes(privateKey, bytes);
    const bytes = await signStatement(statement, sign, publicKey.toString('base64'));
    const result = verifyStatement(bytes, certificate, files.authorities.map(read));
    if (!result.ok)
      throw new Error(`The bank-node certificate cannot sign: ${STATEMENT_FAULTS[result.reason]}`);
    return { statement: bytes.toString('base64'), certificate };
  };
