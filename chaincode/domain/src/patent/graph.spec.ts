// SPDX-License-Identifier: Apache-2.0
// Compares our graph with the claims of the patent, written by hand. Each arrow has the clause that it comes from.
import { ARROWS, enclosedBy, predecessorsOf } from './graph';
import { UNITS, type UnitId } from './units';

type Source = 'claim 1' | 'claim 2' | 'claim 3' | 'claim 4' | 'claim 5' | 'claim 6' | 'description';

const CLAIMED: readonly (readonly [from: UnitId, to: UnitId, sources: readonly Source[]])[] = [
  // 所述区块链网络(1)的输出端电性连接有身份核实系统(2)
  ['1', '2', ['claim 1']],
  // 且身份核实系统(2)的输出端电性连接有登录模块(3)
  ['2', '3', ['claim 1']],
  // 所述登录模块(3)的输出端电性连接有认证模块(4)
  ['3', '4', ['claim 1']],
  // 且认证模块(4)的输出端分别电性连接有短信认证单元(5)和密码登录单元(6)
  // 所述登录模块(3)通过认证模块(4)分别与短信认证单元(5)和密码登录单元(6)电性串联连接
  ['4', '5', ['claim 1', 'claim 2']],
  ['4', '6', ['claim 1', 'claim 2']],
  // 所述认证模块(4)的输出端电性连接有信誉评测系统(7)
  ['4', '7', ['claim 1']],
  // 所述区块链网络(1)的输出端电性连接有商品核实单元(8)
  ['1', '8', ['claim 1']],
  // 且商品核实单元(8)的输出端分别电性连接有划分模块(9)和核实报错系统(15)
  // 所述商品核实单元(8)分别与划分模块(9)和核实报错系统(15)电性串联连接
  ['8', '9', ['claim 1', 'claim 3']],
  ['8', '15', ['claim 1', 'claim 3']],
  // 所述核实报错系统(15)的输出端电性连接有报警系统(16)
  ['15', '16', ['claim 1']],
  // 所述划分模块(9)的输出端电性连接有商家核实单元(10)
  ['9', '10', ['claim 1']],
  // 且商家核实单元(10)的输入端电性连接有物流系统(11)
  ['11', '10', ['claim 1']],
  // 且物流系统(11)分别与商品单元(1101)、价格单元(1102)、位置信息读取单元(1103)和物流选择单元(1104)电性连接
  // 且物流系统(11)分别与商品单元(1101)、价格单元(1102)、位置信息读取单元(1103)和物流选择单元(1104)电性串联连接
  ['11', '1101', ['claim 4', 'claim 5']],
  ['11', '1102', ['claim 4', 'claim 5']],
  ['11', '1103', ['claim 4', 'claim 5']],
  ['11', '1104', ['claim 4', 'claim 5']],
  // 所述商家核实单元(10)的输出端电性连接有类别核对模块(12)
  ['10', '12', ['claim 1']],
  // 且类别核对模块(12)的输出端电性连接有单号比对单元(13)
  ['12', '13', ['claim 1']],
  // 所述单号比对单元(13)的输出端电性连接有银行节点单元(14)
  // 所述单号比对单元(13)分别与银行节点单元(14)和核实报错系统(15)电性并联连接
  ['13', '14', ['claim 1', 'claim 6']],
  ['13', '15', ['claim 6']],
  // 且核实报错系统(15)通过报警系统(16)与银行节点单元(14)之间电性串联连接
  ['16', '14', ['claim 6']],
  // 且银行节点单元(14)的输出端电性连接有储存单元(17)
  ['14', '17', ['claim 1']],
  // 所述储存单元(17)的输出端电性连接有回馈系统(18)
  ['17', '18', ['claim 1']],
  // 通过回馈系统18进行整合回馈给区块链网络1
  ['18', '1', ['description']],
  // 所述银行节点单元(14)的输出端电性连接有信息发送单元(19)
  ['14', '19', ['claim 1']],
  // 且信息发送单元(19)的输出端电性连接有用户系统(20)
  ['19', '20', ['claim 1']],
];

/**
 * Units that the claims put in parallel: 且短信认证单元(5)和密码登录单元(6)之间为电性并联连接 (claim 2); 且划分模块(9)和核实报错系统(15)之间为电性并联连接 (claim 3);
 * 所述商品单元(1101)、价格单元(1102)、位置信息读取单元(1103)和物流选择单元(1104)电性并联连接 (claim 5); 所述单号比对单元(13)分别与银行节点单元(14)和核实报错系统(15)电性并联连接 (claim 6).
 */
const PARALLEL: readonly (readonly UnitId[])[] = [
  ['5', '6'],
  ['9', '15'],
  ['1101', '1102', '1103', '1104'],
  ['14', '15'],
];

const nameOf = ({ from, to }: { from: UnitId; to: UnitId }) => `${from}→${to}`;
const entering = (unit: UnitId) =>
  ARROWS.filter((entry) => entry.to === unit).map((entry) => entry.from);

/** The units after some units, along all arrows except the one that closes the circle. */
function after(...units: UnitId[]): Set<UnitId> {
  const seen = new Set(units);
  for (const unit of seen)
    for (const { from, to } of ARROWS) if (from === unit && to !== '1') seen.add(to);
  return seen;
}

describe('the arrows', () => {
  it('are exactly those of the claims, each once', () => {
    const claimed = CLAIMED.map(([from, to]) => nameOf({ from, to }));
    expect(ARROWS.map(nameOf).sort()).toEqual(claimed.sort());
  });

  it.each(CLAIMED)('%s→%s names a source that has it: %j', (from, to, sources) => {
    const found = ARROWS.find((entry) => entry.from === from && entry.to === to);
    expect(sources).toContain(found?.source);
  });

  it('touch exactly all units', () => {
    const touched = new Set(ARROWS.flatMap(({ from, to }) => [from, to]));
    expect([...touched].sort()).toEqual(Object.keys(UNITS).sort());
  });
});

describe('the kinds of arrows', () => {
  it('a module encloses its sub-units: the two factors, the four parts of logistics', () => {
    expect(enclosedBy('4')).toEqual(['5', '6']);
    expect(enclosedBy('11')).toEqual(['1101', '1102', '1103', '1104']);
    const modules = ARROWS.filter((entry) => entry.kind === 'encloses').map((entry) => entry.from);
    expect(new Set(modules)).toEqual(new Set(['4', '11']));
    expect(enclosedBy('13')).toEqual([]);
  });

  it('only the alarm is a gate, before the bank node', () => {
    expect(ARROWS.filter((entry) => entry.kind === 'gates').map(nameOf)).toEqual(['16→14']);
  });
});

describe('the order of work', () => {
  it.each<[UnitId, readonly UnitId[]]>([
    ['1', ['18']],
    ['10', ['9', '11']],
    ['14', ['13', '16']],
    ['15', ['8', '13']],
    ['11', []],
    ['20', ['19']],
  ])('%s waits for %j', (unit, expected) => {
    expect(predecessorsOf(unit).sort()).toEqual([...expected].sort());
    expect(entering(unit).sort()).toEqual([...expected].sort());
  });

  it.each(PARALLEL)('%s and %s (…) wait for the same unit and not for each other', (...units) => {
    const shared = units
      .map(entering)
      .reduce((common, from) => common.filter((unit) => from.includes(unit)));
    expect(shared.length).toBeGreaterThan(0);
    for (const unit of units)
      expect(entering(unit).filter((from) => units.includes(from))).toEqual([]);
  });

  it('comes back to the start only through the feedback', () => {
    for (const unit of Object.keys(UNITS) as UnitId[]) {
      const next = ARROWS.filter(({ from, to }) => from === unit && to !== '1').map(({ to }) => to);
      if (next.length > 0) expect(after(...next)).not.toContain(unit);
    }
  });

  it('begins at the network and at logistics, and reaches every unit from there', () => {
    const begun = (Object.keys(UNITS) as UnitId[]).filter((unit) =>
      entering(unit).every((from) => from === '18'),
    );
    expect(begun).toEqual(['1', '11']);
    expect(after('1', '11').size).toBe(Object.keys(UNITS).length);
  });
});

it('the units have the numbers of the description: 1 to 20, and four within 11', () => {
  const numbers = Array.from({ length: 20 }, (_, index) => String(index + 1));
  expect(Object.keys(UNITS).sort()).toEqual([...numbers, '1101', '1102', '1103', '1104'].sort());
});
