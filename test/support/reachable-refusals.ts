// SPDX-License-Identifier: Apache-2.0
// Reads out of the source which refusals a transaction's handler can reach: the handler, everything that it calls, and
// the codes in it.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isErrorCode, type ErrorCode } from '@fabric-offline-pay/domain';
import ts from 'typescript';
import { defined } from './defined.js';

const ROOT = resolve(__dirname, '..', '..');
const ROOMS = ['chaincode/src', 'chaincode/domain/src'].map((room) => join(ROOT, room));

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  noEmit: true,
  types: [],
  paths: { '@fabric-offline-pay/domain': [join(ROOT, 'chaincode/domain/src/index.ts')] },
};

const contractFiles = (): string[] =>
  readdirSync(join(ROOT, 'chaincode/src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('/contract.ts') && !path.startsWith('ledger/'))
    .map((path) => join(ROOT, 'chaincode/src', path));

/** What a name can refer to: code that runs, or that is kept to run later. */
const isFollowed = (node: ts.Node): boolean =>
  ts.isFunctionDeclaration(node) ||
  ts.isVariableDeclaration(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isPropertyAssignment(node);

const isOurs = (node: ts.Node): boolean =>
  ROOMS.some((room) => node.getSourceFile().fileName.startsWith(room));

/** The declarations that a name in an expression leads to, through imports and shorthand properties. */
function declarationsOf(checker: ts.TypeChecker, name: ts.Identifier): readonly ts.Node[] {
  const symbol = ts.isShorthandPropertyAssignment(name.parent)
    ? checker.getShorthandAssignmentValueSymbol(name.parent)
    : checker.getSymbolAtLocation(name);
  if (symbol === undefined) return [];
  const target =
    (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  return (target.declarations ?? []).filter((node) => isFollowed(node) && isOurs(node));
}

function codesFrom(checker: ts.TypeChecker, handler: ts.Node): Set<ErrorCode> {
  const codes = new Set<ErrorCode>();
  const seen = new Set<ts.Node>();
  const visit = (node: ts.Node): void => {
    if (seen.has(node) || ts.isTypeNode(node)) return;
    seen.add(node);
    if (ts.isStringLiteral(node) && isErrorCode(node.text)) codes.add(node.text);
    if (ts.isIdentifier(node)) declarationsOf(checker, node).forEach(visit);
    ts.forEachChild(node, visit);
  };
  visit(handler);
  return codes;
}

/** The two arguments of every `contractOf('name', { handlers })` in a file. */
function contractsIn(file: ts.SourceFile): [name: string, handlers: ts.ObjectLiteralExpression][] {
  const found: [string, ts.ObjectLiteralExpression][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'contractOf') {
      const [name, handlers] = node.arguments;
      if (name && ts.isStringLiteral(name) && handlers && ts.isObjectLiteralExpression(handlers))
        found.push([name.text, handlers]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** @returns the codes that each handler can reach, by `contract:transaction`. */
export function reachableRefusals(): ReadonlyMap<string, ReadonlySet<ErrorCode>> {
  const files = contractFiles();
  const program = ts.createProgram(files, OPTIONS);
  const checker = program.getTypeChecker();
  const contracts = files.flatMap((path) =>
    contractsIn(defined(program.getSourceFile(path), `source of ${path}`)),
  );
  return new Map(
    contracts.flatMap(([contract, handlers]) =>
      handlers.properties.map((handler) => [
        `${contract}:${handler.name?.getText() ?? ''}`,
        codesFrom(checker, handler),
      ]),
    ),
  );
}
