// SPDX-License-Identifier: Apache-2.0
// What customers read, in each language (unit 19). No personal data: payee, order number, amount, the code itself. A text with a code
// begins with the code, because phones that fill in codes expect it there; no other text begins with a digit.
import { formatAmount, type Amount } from '@fabric-offline-pay/domain';
import type { ChangeMessageKind, MessageKind, OrderKind, PasskeyMessageKind } from './kinds.js';
import type { Language } from './language.js';

export interface CodeFacts {
  readonly code: string;
  /** How long the code is valid. */
  readonly seconds: number;
  /** See `codeReference`. */
  readonly reference: string;
}

/** Dynamic linking (PSD2 RTS, Art. 5): the payer reads payee and amount with the code. */
export interface PaymentFacts {
  readonly merchantId: string;
  readonly currency: string;
  /** Minor units. */
  readonly total: Amount;
}

/** The content of a change of telephone or password. */
export interface ChangeWords {
  readonly changeId: string;
  /** The new telephone. */
  readonly phone: string | null;
  readonly hasPassword: boolean;
}

export interface ChangeFacts extends ChangeWords {
  /** How long a change waits. */
  readonly seconds: number;
}

export interface OrderFacts {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly currency: string;
  /** Minor units; null where the message is not about money. */
  readonly amount: Amount | null;
  /** A code, where the message needs one. */
  readonly reason?: string | null;
}

/** What the text of a kind is made of. */
export type Facts = Readonly<Record<OrderKind, OrderFacts>> &
  Readonly<Record<ChangeMessageKind, ChangeFacts>> &
  Readonly<Record<PasskeyMessageKind, object>> & {
    readonly loginCode: CodeFacts;
    readonly stepUpCode: CodeFacts & PaymentFacts;
    readonly changeCode: CodeFacts & ChangeWords;
  };

type Texts = {
  readonly [Kind in MessageKind]: Readonly<Record<Language, (facts: Facts[Kind]) => string>>;
};

const LAST_DIGITS = 3;

/** The last digits are enough to see that the number is not one's own. All digits would tell too much to a finder of the old telephone. */
const endOf = (phone: string): string => phone.slice(-LAST_DIGITS);

const changeEn = ({ phone, hasPassword }: ChangeWords): string =>
  [
    ...(phone === null ? [] : [`the telephone number that ends in ${endOf(phone)}`]),
    ...(hasPassword ? ['a new password'] : []),
  ].join(' and ');

const changeZh = ({ phone, hasPassword }: ChangeWords): string =>
  [
    ...(phone === null ? [] : [`尾号为${endOf(phone)}的手机号码`]),
    ...(hasPassword ? ['新密码'] : []),
  ].join('和');

const hours = (seconds: number): string => Math.ceil(seconds / 3600).toString();

const money = ({ currency, amount }: Pick<OrderFacts, 'currency' | 'amount'>): string =>
  amount === null ? '' : `${currency} ${formatAmount(amount, currency)}`;

const total = ({ currency, total: amount }: PaymentFacts): string => money({ currency, amount });

const orderEn = ({ merchantId, orderNumber }: OrderFacts): string =>
  `order ${orderNumber} at ${merchantId}`;

const orderZh = ({ merchantId, orderNumber }: OrderFacts): string =>
  `商户 ${merchantId} 的订单 ${orderNumber}`;

const validEn = ({ reference, seconds }: CodeFacts): string =>
  `Ref. ${reference}. Valid for ${seconds} seconds. The bank never asks for it. Tell it to nobody.`;

const validZh = ({ reference, seconds }: CodeFacts): string =>
  `编号${reference}，${seconds}秒内有效。银行工作人员不会向您索要验证码，请勿告知他人。`;

const cancelEn = (changeId: string): string =>
  `If that was not you, cancel change ${changeId} in your account, or tell the bank at once.`;

const cancelZh = (changeId: string): string =>
  `如非本人操作，请在您的账户中取消变更 ${changeId}，或立即联系银行。`;

/** Why an instrument gave no money, by the code of the refusal. */
const REASONS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  INSUFFICIENT_FUNDS: {
    en: 'it does not hold so much. Choose another card or account.',
    zh: '余额不足，请选择其他银行卡或账户。',
  },
  INSTRUMENT_BLOCKED: {
    en: 'it is blocked or has expired. Link another card or account.',
    zh: '该卡或账户已被冻结或过期，请绑定其他银行卡或账户。',
  },
  INSTRUMENT_UNKNOWN: {
    en: 'it is not known any more. Link it again.',
    zh: '该卡或账户已无法识别，请重新绑定。',
  },
  LIMIT_EXCEEDED: {
    en: 'the sum is above its limit. Choose another card or account.',
    zh: '金额超过限额，请选择其他银行卡或账户。',
  },
  ISSUE_EXPIRED: {
    en: 'nobody at the bank confirmed the sum in time. What was reserved goes back.',
    zh: '银行未能及时确认该金额，已冻结的款项将退回。',
  },
  CURRENCY_NOT_ALLOWED: {
    en: 'the bank does not pay in this currency now. What was reserved goes back.',
    zh: '银行目前不支持以该币种付款，已冻结的款项将退回。',
  },
  NO_INSTRUMENT: {
    en: 'none is chosen. Choose one.',
    zh: '您未选择付款的银行卡或账户，请先选择。',
  },
};

const OTHER_REASON: Readonly<Record<Language, string>> = {
  en: 'whoever keeps it refused. Ask there, or choose another one.',
  zh: '发卡方或账户机构拒绝了交易，请咨询该机构或选择其他方式。',
};

const reasonOf = (language: Language, { reason }: Pick<OrderFacts, 'reason'>): string =>
  (REASONS[reason ?? ''] ?? OTHER_REASON)[language];

const TEXTS: Texts = {
  loginCode: {
    en: (facts) => `${facts.code} is your code to log in. ${validEn(facts)}`,
    zh: (facts) => `${facts.code} 是您的登录验证码，${validZh(facts)}`,
  },
  stepUpCode: {
    en: (facts) =>
      `${facts.code} confirms the payment of ${total(facts)} to ${facts.merchantId}, and no other. ${validEn(facts)}`,
    zh: (facts) =>
      `${facts.code} 是您的支付验证码，仅用于向 ${facts.merchantId} 支付 ${total(facts)}，${validZh(facts)}`,
  },
  changeCode: {
    en: (facts) =>
      `${facts.code} confirms ${changeEn(facts)} for your account, and nothing else. ${validEn(facts)}`,
    zh: (facts) =>
      `${facts.code} 是您的变更验证码，仅用于为您的账户启用${changeZh(facts)}，${validZh(facts)}`,
  },
  changeWaits: {
    en: (facts) =>
      `Your account gets ${changeEn(facts)} in ${hours(facts.seconds)} hours. ${cancelEn(facts.changeId)}`,
    zh: (facts) =>
      `您的账户将在${hours(facts.seconds)}小时后启用${changeZh(facts)}。${cancelZh(facts.changeId)}`,
  },
  recoveryAsked: {
    en: (facts) =>
      `Somebody asked at the bank for ${changeEn(facts)} for your account. ${cancelEn(facts.changeId)}`,
    zh: (facts) =>
      `有人在银行柜台申请为您的账户启用${changeZh(facts)}。${cancelZh(facts.changeId)}`,
  },
  changeCancelled: {
    en: (facts) =>
      `Change ${facts.changeId} (${changeEn(facts)}) was cancelled. Your account stays as it was.`,
    zh: (facts) => `变更 ${facts.changeId}（${changeZh(facts)}）已取消，您的账户保持不变。`,
  },
  passkeyAdded: {
    en: () =>
      'A passkey is being added to your account: with it and your password, somebody can log in and pay. If that was not you, tell the bank at once.',
    zh: () =>
      '您的账户正在添加一个通行密钥：使用该密钥和密码即可登录和付款。如非本人操作，请立即联系银行。',
  },
  passkeyRemoved: {
    en: () =>
      'A passkey was removed from your account. If that was not you, tell the bank at once.',
    zh: () => '您账户的一个通行密钥已被移除。如非本人操作，请立即联系银行。',
  },
  paidOffline: {
    en: (facts) =>
      `Paid offline with your device: ${money(facts)} to ${facts.merchantId}, order ${facts.orderNumber}. If that was not you, tell the bank at once.`,
    zh: (facts) =>
      `您的设备离线支付了 ${money(facts)}，收款商户 ${facts.merchantId}，订单 ${facts.orderNumber}。如非本人操作，请立即联系银行。`,
  },
  declined: {
    en: (facts) =>
      `Not paid: ${money(facts)} for ${orderEn(facts)} could not be taken from your card or account: ${reasonOf('en', facts)}`,
    zh: (facts) =>
      `未付款：无法从您的银行卡或账户为${orderZh(facts)} 扣款 ${money(facts)}，原因：${reasonOf('zh', facts)}`,
  },
  givenBack: {
    en: (facts) =>
      `${money(facts)} for ${orderEn(facts)} went back to the card or account that it came from.`,
    zh: (facts) => `${money(facts)}（${orderZh(facts)}）已退回原银行卡或账户。`,
  },
  deducted: {
    en: (facts) => `Paid: ${money(facts)} for ${orderEn(facts)}.`,
    zh: (facts) => `您在${orderZh(facts)} 已扣款 ${money(facts)}。`,
  },
  refunded: {
    en: (facts) => `Refunded: ${money(facts)} of ${orderEn(facts)}.`,
    zh: (facts) => `您在${orderZh(facts)} 已退款 ${money(facts)}。`,
  },
  returned: {
    en: (facts) => `You can spend ${money(facts)} again that was held for ${orderEn(facts)}.`,
    zh: (facts) => `为${orderZh(facts)} 冻结的 ${money(facts)} 已解冻，您可以重新使用。`,
  },
  alarm: {
    en: (facts) =>
      `The bank checks ${orderEn(facts)}, because the parties' records of it differ. Nothing is paid meanwhile.`,
    zh: (facts) => `因各方记录不一致，银行正在核查您在${orderZh(facts)}，核查期间不会付款。`,
  },
  alarmResolved: {
    en: (facts) => `The bank has checked ${orderEn(facts)}: it can be paid.`,
    zh: (facts) => `银行已核查您在${orderZh(facts)}：该订单可以付款。`,
  },
  alarmUpheld: {
    en: (facts) => `The bank has checked ${orderEn(facts)}: it is not paid.`,
    zh: (facts) => `银行已核查您在${orderZh(facts)}：该订单不予付款。`,
  },
  delivered: {
    en: (facts) => `Delivered: ${orderEn(facts)}.`,
    zh: (facts) => `您在${orderZh(facts)} 已送达。`,
  },
  deliveredUnproven: {
    en: (facts) =>
      `The courier reports that it delivered ${orderEn(facts)}. If you did not get it, tell the bank at once.`,
    zh: (facts) => `快递公司报告您在${orderZh(facts)} 已送达。如未收到，请立即联系银行。`,
  },
  disputed: {
    en: (facts) => `The bank has your dispute of ${orderEn(facts)}.`,
    zh: (facts) => `银行已收到您对${orderZh(facts)} 提出的争议。`,
  },
  disputeUpheld: {
    en: (facts) => `The bank decided for you in the dispute of ${orderEn(facts)}.`,
    zh: (facts) => `您对${orderZh(facts)} 提出的争议，银行裁定支持您的请求。`,
  },
  disputeRejected: {
    en: (facts) => `The bank decided against you in the dispute of ${orderEn(facts)}.`,
    zh: (facts) => `您对${orderZh(facts)} 提出的争议，银行裁定不支持您的请求。`,
  },
};

/** @returns the text of a message. */
export const textOf = <Kind extends MessageKind>(
  kind: Kind,
  language: Language,
  facts: Facts[Kind],
): string => TEXTS[kind][language](facts);
