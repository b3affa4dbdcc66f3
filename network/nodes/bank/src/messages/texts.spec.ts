// SPDX-License-Identifier: Apache-2.0
import { TREATMENT, isCodeKind, type MessageKind } from './kinds.js';
import { language } from './language.js';
import { escapeHtml, mailContent } from './mail-content.js';
import { textOf, type Facts } from './texts.js';

const everything = {
  code: '012345',
  reference: 'KXTRM',
  seconds: 7_200,
  merchantId: 'merchant-1',
  orderNumber: 'ORD-1',
  currency: 'EUR',
  total: '1234',
  amount: '1234',
  reason: 'INSUFFICIENT_FUNDS',
  changeId: 'change-1',
  phone: '+491713920009',
  hasPassword: true,
} satisfies Facts[MessageKind] | object;

const kinds = Object.keys(TREATMENT) as MessageKind[];

const all = kinds.flatMap((kind) =>
  language.options.map((chosen) => [kind, chosen, textOf(kind, chosen, everything)] as const),
);

it.each(all)('%s, %s: begins with the code or with a word, and names no one', (kind, _, text) => {
  expect(/^\d/.test(text)).toBe(isCodeKind(kind));
  expect(text.startsWith(everything.code)).toBe(isCodeKind(kind));
  expect(text).not.toContain(everything.phone.slice(0, -3));
  expect(text).not.toMatch(/undefined|null|NaN|\[object/);
});

it('says payee, order and amount in both languages alike', () => {
  for (const [kind, chosen, text] of all) {
    const other = all.find(([same, another]) => same === kind && another !== chosen)?.[2] ?? '';
    for (const fact of ['EUR 12.34', 'merchant-1', 'ORD-1', 'change-1', '009', 'KXTRM'])
      expect([kind, fact, text.includes(fact)]).toEqual([kind, fact, other.includes(fact)]);
  }
});

it('writes Chinese to those who chose it', () => {
  expect(textOf('loginCode', 'zh', everything)).toBe(
    '012345 是您的登录验证码，编号KXTRM，7200秒内有效。银行工作人员不会向您索要验证码，请勿告知他人。',
  );
  expect(textOf('deducted', 'zh', everything)).toBe(
    '您在商户 merchant-1 的订单 ORD-1 已扣款 EUR 12.34。',
  );
});

it('names payee and amount of an order, and no other', () => {
  const text = textOf('stepUpCode', 'en', everything);
  expect(text).toMatch(/^012345 confirms the payment of EUR 12\.34 to merchant-1, and no other\./);
});

it('makes HTML that shows the text and loads nothing', () => {
  const { text, html } = mailContent('zh', `<img src="https://x.example/"> & 'x'`);
  expect(escapeHtml(text)).toBe('&lt;img src=&quot;https://x.example/&quot;&gt; &amp; &#39;x&#39;');
  expect(html).toContain(`<p>${escapeHtml(text)}</p>`);
  expect(html).not.toMatch(/<(?!\/?(html|head|meta|body|p|!doctype)\b)/);
  expect(html).toContain('lang="zh-CN"');
});
