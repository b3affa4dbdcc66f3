// SPDX-License-Identifier: Apache-2.0
// The bank's part in payments without a network: sets money aside for devices, issues bulletins, revokes lost devices.
import {
  decodeDeviceCertificate,
  isTrustedIssuer,
  offlineLimits,
  parseCose,
  type Amount,
  type Currency,
  type OutputOf,
  type ReserveKey,
} from '@fabric-offline-pay/domain';
import type { Clients, LedgerClients } from '@fabric-offline-pay/operate';
import { everyEntry, RefusedError } from '@fabric-offline-pay/sdk';
import type { BankNews, CancelledVoucher, Issuer, Roots } from '@fabric-offline-pay/sdk/offline';
import { Bulletins } from './bulletins.js';
import { nextEpoch } from './next-epoch.js';
import { openIssuer } from './open-issuer.js';
import { payeeGrantOf, type PayeeRequest } from './payee-grant.js';

/** The money that a customer wants to set aside for a registered device. */
export interface FundRequest {
  readonly customerId: string;
  readonly deviceId: string;
  /** Base64 DER SubjectPublicKeyInfo. */
  readonly publicKey: string;
  readonly currency: Currency;
  /** Minor units. */
  readonly amount: Amount;
  /** An epoch that the device knows, but maybe not the ledger. The device gets a higher one. */
  readonly after?: number;
}

/** What the device must receive. */
export interface Funded {
  readonly epoch: number;
  /** The certificate that the bank signed. */
  readonly bytes: Buffer;
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Opens the bank's issuer of a generation. Generations count from 1; each retired issuer adds 1. */
type OpenIssuer = (generation: number) => Promise<Issuer>;

/** Registers the bank's issuer. The next generation follows a retired one. */
async function registerIssuer(clients: LedgerClients, open: OpenIssuer): Promise<Issuer> {
  const { offline } = await clients.client('bank', 'operator');
  for (let generation = 1; ; generation += 1) {
    const issuer = await open(generation);
    const { bankId, certificate, authority } = issuer.row;
    try {
      await offline.registerIssuer({ bankId, certificate, authority });
      return issuer;
    } catch (error) {
      if (!(error instanceof RefusedError && error.code === 'OFFLINE_ISSUER_RETIRED')) throw error;
    }
  }
}

export class OfflineBank {
  readonly issuer: Issuer;
  readonly bulletins: Bulletins;
  readonly #clients: LedgerClients;

  private constructor(clients: LedgerClients, issuer: Issuer, bulletins: Bulletins) {
    this.#clients = clients;
    this.issuer = issuer;
    this.bulletins = bulletins;
  }

  /** Registers the bank's issuer and publishes its first bulletin, unless the ledger already has them. */
  static open(clients: Clients): Promise<OfflineBank> {
    const { home } = clients.description;
    return OfflineBank.openWith(clients, (generation) => openIssuer(home, generation));
  }

  /** {@link open} with issuers from elsewhere. */
  static async openWith(clients: LedgerClients, open: OpenIssuer): Promise<OfflineBank> {
    const issuer = await registerIssuer(clients, open);
    const bulletins = new Bulletins(issuer, await clients.client('bank', 'bank-node'));
    if ((await bulletins.signed()) === undefined) await bulletins.issueAnew();
    return new OfflineBank(clients, issuer, bulletins);
  }

  /** The bank's authority, which terminals and verifiers of fraud proofs trust. */
  get roots(): Roots {
    return { [this.issuer.row.bankId]: [this.issuer.row.authority] };
  }

  /** What a terminal or a device must receive before it can work without a network. */
  async news(): Promise<BankNews> {
    const { bankId } = this.issuer.row;
    const { offline } = await this.#clients.client('bank', 'bank-node');
    const { issuers } = await offline.listIssuers({ bankId });
    const now = nowSeconds();
    const bulletin = await this.bulletins.signed();
    const trusted = issuers.filter((issuer) => isTrustedIssuer(issuer, now));
    return { issuers: trusted, ...(bulletin && { bulletin }) };
  }

  /**
   * Sets money aside in a new epoch of a device, within the limits of the customer's reputation.
   * @throws {RefusedError} OFFLINE_NOT_ALLOWED, INSUFFICIENT_FUNDS, OFFLINE_OVER_TOTAL_CAP and others
   */
  async fund(request: FundRequest): Promise<Funded> {
    const funded = await this.sign(request);
    await this.submit(funded.bytes);
    return funded;
  }

  /**
   * Signs the certificate of a new epoch, within the limits of the customer's reputation. Sets nothing aside yet, so that the caller
   * can store the certificate before {@link submit} and knows after any failure what was requested.
   * @throws {RefusedError} OFFLINE_NOT_ALLOWED, OFFLINE_OVER_TOTAL_CAP; OFFLINE_MALFORMED when no epoch is left
   */
  async sign(request: FundRequest): Promise<Funded> {
    const { customerId, deviceId, publicKey, currency, amount, after } = request;
    const { offline, identity } = await this.#clients.client('bank', 'bank-node');
    const policy = await identity.readPolicy({});
    const standing = await identity.readReputation({ customerId });
    const limits = offlineLimits(policy, standing, currency);
    if (limits === undefined)
      throw new RefusedError({
        code: 'OFFLINE_NOT_ALLOWED',
        message: 'The customer may not pay offline in this currency.',
        details: { customerId, currency },
      });
    const reserves = await everyEntry(
      offline.listReserves,
      { customerId },
      (page) => page.reserves,
    );
    const epoch = nextEpoch(reserves, deviceId, after);
    const grant = {
      customerId,
      deviceId,
      epoch,
      publicKey,
      currency,
      limits,
      policy: policy.offline,
    };
    const { bytes } = await this.issuer.certify({ ...grant, total: amount });
    return { epoch, bytes };
  }

  /**
   * Sets aside the money of a certificate. Safe to repeat: the ledger gives the same answer to the same certificate.
   * @throws {RefusedError} INSUFFICIENT_FUNDS and others; IDEMPOTENCY_CONFLICT for another certificate of the epoch
   */
  async submit(certificate: Uint8Array): Promise<void> {
    const { offline } = await this.#clients.client('bank', 'bank-node');
    const { payload } = parseCose('offpay/device-certificate', certificate);
    const { customerId, deviceId, epoch } = decodeDeviceCertificate(payload);
    const text = Buffer.from(certificate).toString('base64');
    await offline.fund({ customerId, deviceId, epoch, certificate: text });
  }

  /**
   * Certifies the merchant of a terminal, from the licence on the ledger. Safe to repeat; a newer certificate replaces the older one.
   * @returns the signed certificate, for `Terminal.learn`
   * @throws {RefusedError} MERCHANT_UNKNOWN, NOT_OWNER, MERCHANT_INACTIVE, MERCHANT_NOT_LICENSED; OFFLINE_MALFORMED for a name that does
   * not fit into a certificate
   * @throws {NetworkError} LICENCE_TOO_LONG
   */
  async certifyPayee(request: PayeeRequest): Promise<Buffer> {
    const { merchantId } = request;
    const { goods } = await this.#clients.client('bank', 'bank-node');
    const merchant = await goods.readMerchant({ merchantId });
    return this.issuer.certifyPayee(
      payeeGrantOf(this.issuer.row.bankId, merchant, request, nowSeconds()),
    );
  }

  /**
   * Returns the money of a voucher that its payee cancelled to the customer's account. Safe to repeat.
   * @throws {RefusedError} what `offline.cancel` refuses: STATE_CONFLICT when the voucher was settled
   */
  async cancel(cancelled: CancelledVoucher): Promise<OutputOf<'offline', 'cancel'>> {
    const { offline } = await this.#clients.client('bank', 'bank-node');
    const { customerId, deviceId, epoch, voucher, request, cancellation, payee } = cancelled;
    const brought = { customerId, deviceId, epoch, voucher, request, cancellation, payee };
    return (await offline.cancel(brought)).result;
  }

  /** Revokes a lost device, by one of its epochs. Terminals that know of this accept no more payments from it. */
  revoke(device: ReserveKey): Promise<number> {
    return this.bulletins.revoke(device);
  }
}
