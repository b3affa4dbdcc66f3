// SPDX-License-Identifier: Apache-2.0
// The last line of a process's log that says something, as it may be shown to anybody.
import { stripVTControlCharacters } from 'node:util';

const LONGEST = 300;

/** Lines of stacks, and what Node.js and Go write below them. */
const WITHOUT_MEANING = /^(\s|$|Node\.js v|goroutine |\)|\}|created by )/;

/** E-mail addresses, and telephone numbers: logs of ours hold none, but those of a database may quote a row. */
const PERSONAL = [/[^\s"'<>()=]+@[^\s"'<>()]+/g, /\+?\d[\d /-]{6,}\d/g];

/** A line of our own logs is JSON, in which the message is one field. */
function messageOf(line: string): string {
  try {
    const { err, msg, name } = JSON.parse(line) as Partial<Record<'err' | 'msg' | 'name', unknown>>;
    return [name, msg, err].filter((part) => typeof part === 'string').join(': ');
  } catch {
    return line;
  }
}

/** @returns one line, without colours and personal data; empty for a process that said nothing. */
export function lastWords(log: string): string {
  const lines = stripVTControlCharacters(log).split('\n');
  const last = lines.findLast((line) => !WITHOUT_MEANING.test(line)) ?? '';
  const clean = PERSONAL.reduce((text, kind) => text.replaceAll(kind, '…'), messageOf(last.trim()));
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}
