// SPDX-License-Identifier: Apache-2.0
// The part of ISO 20022 camt.053.001.08 that statements use, as a table: which elements, in which order, how often, with which content.
// Stricter than the standard's schema: what a statement does not use is refused, too.
const TEXT = (most: number): RegExp => new RegExp(`^[^]{1,${most}}$`, 'u');

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
/** At most 18 digits, 5 of them after the point, and no sign. */
const AMOUNT = /^(?=(?:\.?\d){1,18}$)\d+(\.\d{1,5})?$/;

/** Content of leaves by their path's end, the longest that fits. */
const LEAVES: Readonly<Record<string, RegExp>> = {
  CreDtTm: DATE_TIME,
  FrDtTm: DATE_TIME,
  ToDtTm: DATE_TIME,
  DtTm: DATE_TIME,
  Amt: AMOUNT,
  CdtDbtInd: /^(CRDT|DBIT)$/,
  Ccy: /^[A-Z]{3}$/,
  MsgId: TEXT(35),
  'Stmt/Id': TEXT(35),
  'Othr/Id': TEXT(34),
  NtryRef: TEXT(35),
  EndToEndId: TEXT(35),
  TxId: TEXT(35),
  'Prtry/Cd': TEXT(35),
  'CdOrPrtry/Cd': /^[A-Z]{1,4}$/,
  'Sts/Cd': /^[A-Z]{1,4}$/,
  Ustrd: TEXT(140),
  AddtlNtryInf: TEXT(500),
  AddtlStmtInf: TEXT(500),
};

/** Elements in their order: `?` at most one, `*` any number, `+` at least one, else exactly one. */
const SEQUENCES: Readonly<Record<string, string>> = {
  '': 'Document',
  Document: 'BkToCstmrStmt',
  BkToCstmrStmt: 'GrpHdr Stmt+',
  GrpHdr: 'MsgId CreDtTm',
  Stmt: 'Id CreDtTm? FrToDt? Acct Bal+ Ntry* AddtlStmtInf?',
  FrToDt: 'FrDtTm ToDtTm',
  Acct: 'Id Ccy?',
  'Acct/Id': 'Othr',
  Othr: 'Id',
  Bal: 'Tp Amt CdtDbtInd Dt',
  Tp: 'CdOrPrtry',
  CdOrPrtry: 'Cd',
  Dt: 'DtTm',
  Ntry: 'NtryRef? Amt CdtDbtInd Sts BookgDt? ValDt? BkTxCd NtryDtls* AddtlNtryInf?',
  Sts: 'Cd',
  BookgDt: 'DtTm',
  ValDt: 'DtTm',
  BkTxCd: 'Prtry',
  Prtry: 'Cd',
  NtryDtls: 'TxDtls*',
  TxDtls: 'Refs? RmtInf?',
  Refs: 'EndToEndId? TxId?',
  RmtInf: 'Ustrd*',
};

/** `Amt CdtDbtInd Dt?` as an expression over `Amt,CdtDbtInd,`. */
const expressionOf = (sequence: string): RegExp =>
  new RegExp(`^${sequence.replace(/(\w+)([?*+]?) ?/g, '(?:$1,)$2')}$`);

interface Node {
  readonly path: readonly string[];
  readonly inside: Node[];
  text: string;
}

const TOKEN = /<(\/?)(\w+)((?: \w+="[^"]*")*)>|([^<]+)|<\?xml[^>]*\?>/gy;

/** @throws {Error} for what is not well-formed */
function parse(xml: string): Node {
  const root: Node = { path: [], inside: [], text: '' };
  const open = [root];
  let read = 0;
  for (const [token, closing, name, , text] of xml.matchAll(TOKEN)) {
    read += token.length;
    const top = open.at(-1) ?? root;
    if (text !== undefined) top.text += text;
    else if (closing === '/') {
      if (top.path.at(-1) !== name) throw new Error(`</${name ?? ''}> ends nothing`);
      open.pop();
    } else if (name !== undefined) {
      const node: Node = { path: [...top.path, name], inside: [], text: '' };
      top.inside.push(node);
      open.push(node);
    }
  }
  if (read !== xml.length || open.length !== 1) throw new Error('not well-formed');
  return root;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };

const plain = (text: string): string =>
  text.replace(/&(\w+);/g, (_, name: string) => ENTITIES[name] ?? '');

/** By the last two names of the path, then by the last. */
const ruleFor = <Rule>(rules: Readonly<Record<string, Rule>>, path: readonly string[]) =>
  rules[path.slice(-2).join('/')] ?? rules[path.slice(-1).join('')];

function errorsOf(node: Node): string[] {
  const sequence = ruleFor(SEQUENCES, node.path);
  const place = node.path.join('/');
  if (sequence === undefined) {
    const leaf = ruleFor(LEAVES, node.path);
    if (leaf === undefined) return [`${place} is not of this message`];
    return node.inside.length === 0 && leaf.test(plain(node.text)) ? [] : [`${place} is wrong`];
  }
  const names = node.inside.map(({ path }) => `${path.at(-1) ?? ''},`).join('');
  const own =
    expressionOf(sequence).test(names) && node.text.trim() === ''
      ? []
      : [`${place} holds ${names}`];
  return [...own, ...node.inside.flatMap(errorsOf)];
}

/** @returns what the standard refuses of a document; empty when it is right */
export function errorsIn(xml: string): string[] {
  try {
    return errorsOf(parse(xml));
  } catch (error) {
    return [String(error)];
  }
}
