// SPDX-License-Identifier: Apache-2.0
// Finds the last meaningful line of a process's log, in a form that may be shown to anybody.
import { stripVTControlCharacters } from 'node:util';

const LONGEST = 300;

/** Lines of stack traces, and the lines that Node.js and Go write after them. */
const WITHOUT_MEANING = /^(\s|$|Node\.js v|goroutine |\)|\}|created by )/;

/** E-mail addresses and telephone numbers. Our own logs hold none, but a database's log may quote a row. */
const PERSONAL = [/[^\s"'<>()=]+@[^\s"'<>()]+/g, /\+?\d[\d /-]{6,}\d/g];

/** A line of our own logs is JSON, and the message is one of its fields. */
function messageOf(line: string): string {
  try {
    const { err, msg, name } = JSON.parse(line) as Partial<Record<'err' | 'msg' | 'name', unknown>>;
    return [name, msg, err].filter((part) => typeof part === 'string').join(': ');
  } catch {
    return line;
  }
}

/** @returns one line without colours and personal data; empty when the process wrote nothing. */
export function lastWords(log: string): string {
  const lines = stripVTControlCharacters(log).split('\n');
  const last = lines.findLast((line) => !WITHOUT_MEANING.test(line)) ?? '';
  const clean = PERSONAL.reduce((text, kind) => text.replaceAll(kind, '…'), messageOf(last.trim()));
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}
