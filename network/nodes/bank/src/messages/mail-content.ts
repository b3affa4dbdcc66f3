// SPDX-License-Identifier: Apache-2.0
// A message as a mail: plain text, and the same as HTML without anything to load or to click.
import type { Language } from './language.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const SUBJECTS: Readonly<Record<Language, string>> = {
  en: 'A message from your bank',
  zh: '银行通知',
};

const TAGS: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-CN' };

export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export const mailContent = (language: Language, text: string): MailContent => ({
  subject: SUBJECTS[language],
  text,
  html: `<!doctype html><html lang="${TAGS[language]}"><head><meta charset="utf-8"></head><body><p>${escapeHtml(text)}</p></body></html>`,
});
